"""Metrics of the texts that an encoder–decoder generates, and of baselines.

    chrF    F-score of the character n-grams, n = 1 … 6; recall counts twice    Popović 2015
    BLEU    n-grams of words, n = 1 … 4                                         Papineni et al. 2002
    exact   the share of answers that are equal to one of their references
    F1      2 |a ∩ r| / (|a| + |r|), of the characters of the answer and of its best reference

The first two are sacrebleu's, with its defaults, but that the words of Chinese, which has no spaces
between them, are its characters. The baseline of a translation is the source
itself; that of an answer is the target of the most similar training source (retrieval.py).
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from zen_transformer.data.parallel_text import TextPair
from zen_transformer.errors import UserError
from zen_transformer.evaluation.retrieval import Nearest
from zen_transformer.metric import Baseline, Metric


class Answered(NamedTuple):
    """Held-out sources, the text generated for each, and its references."""

    sources: list[str]
    answers: list[str]
    references: list[tuple[str, ...]]


Values = dict[str, float]
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


class AnswerScores(NamedTuple):
    """Metrics of one kind of answers."""

    measure: Callable[[Answered, Sequence[TextPair]], Values]
    """Takes the answers and the training pairs; returns the values by name."""
    describe: Callable[[Mapping[str, float]], list[Metric]]
    """Makes metrics of the values."""
    check: Callable[[], Any] = lambda: None
    """Raises a `UserError` where a package is not installed."""
    needs_training_pairs: bool = False


def _sacrebleu() -> Any:
    try:
        from sacrebleu import metrics
    except ImportError as error:
        raise UserError(
            "translations are judged by sacrebleu: pip install 'zen-transformer[generation]'"
        ) from error
    return metrics


def translation_scores(answered: Answered, train: Sequence[TextPair]) -> Values:
    """Compute chrF and BLEU of the answers and of the sources themselves, from 0 to 100. Of several
    references the first is used."""
    metrics = _sacrebleu()
    right = [references[0] for references in answered.references]
    chinese = any(map(CHINESE.search, right))
    scores = {"chrf": metrics.CHRF(), "bleu": metrics.BLEU(tokenize="zh" if chinese else "13a")}
    return {
        f"{prefix}{name}": float(metric.corpus_score(texts, [right]).score)
        for prefix, texts in (("", answered.answers), ("copied_", answered.sources))
        for name, metric in scores.items()
    }


def translation_metrics(values: Mapping[str, float]) -> list[Metric]:
    """Make metrics of the values of `translation_scores`."""
    return [
        Metric(
            name=name,
            title=f"{title} of what was written",
            value=values[name],
            better="higher",
            baselines=(
                Baseline(f"copied_{name}", "by copying what was read", values[f"copied_{name}"]),
            ),
            digits=1,
            headline=name == "chrf",
        )
        for name, title in (("chrf", "chrF"), ("bleu", "BLEU"))
    ]


def answer_scores(answered: Answered, train: Sequence[TextPair]) -> Values:
    """Compute the exact matches and F1 of the answers and of the retrieved ones, from 0 to 1."""
    nearest = Nearest([pair.source for pair in train])
    retrieved = [train[nearest(source)].target for source in answered.sources]
    return {
        f"{prefix}{name}": sum(map(score, texts, answered.references)) / len(answered.sources)
        for prefix, texts in (("", answered.answers), ("retrieval_", retrieved))
        for name, score in (("exact", _exact), ("f1", _best_f1))
    }


def answer_metrics(values: Mapping[str, float]) -> list[Metric]:
    """Make metrics of the values of `answer_scores`."""
    return [
        Metric(
            name=name,
            title=title,
            value=values[name],
            better="higher",
            baselines=(
                Baseline(
                    f"retrieval_{name}",
                    "by the answer to the most similar text",
                    values[f"retrieval_{name}"],
                ),
            ),
            unit="%",
            headline=name == "f1",
        )
        for name, title in (
            ("exact", "exactly right"),
            ("f1", "character F1 of what was written"),
        )
    ]


def _exact(answer: str, references: tuple[str, ...]) -> float:
    return float(answer in references)


def _best_f1(answer: str, references: tuple[str, ...]) -> float:
    return max(f1(answer, reference) for reference in references)


def f1(answer: str, reference: str) -> float:
    """2 |a ∩ r| / (|a| + |r|), of the multisets of characters."""
    shared = (Counter(answer) & Counter(reference)).total()
    return 2 * shared / max(len(answer) + len(reference), 1)


SCORES = {
    "translation": AnswerScores(translation_scores, translation_metrics, _sacrebleu),
    "answers": AnswerScores(answer_scores, answer_metrics, needs_training_pairs=True),
}
"""By the setting `scores`."""
