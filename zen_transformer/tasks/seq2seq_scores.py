"""How good the texts are that an encoder–decoder wrote, and what can be had without one.

    chrF    F-score of the character n-grams, n = 1 … 6; recall counts twice    Popović 2015
    BLEU    n-grams of words, n = 1 … 4                                         Papineni et al. 2002
    exact   how many are, letter for letter, an answer that is known
    F1      2 |a ∩ r| / (|a| + |r|), the characters of the answer and of the best of those known

The first two are sacrebleu's, with its defaults. For a translation, not to translate is what has to
be beaten; for riddles, to give the answer to the most similar one that was learnt (retrieval.py).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from zen_transformer.data.parallel_text import TextPair
from zen_transformer.errors import UserError
from zen_transformer.evaluation.retrieval import Nearest


class Answered(NamedTuple):
    """Held-out texts, what was written of each, and all that would have been right."""

    sources: list[str]
    answers: list[str]
    references: list[tuple[str, ...]]


Scores = Callable[[Answered, Sequence[TextPair]], dict[str, float]]
"""Figures by their names, given what was learnt from, too."""


def _sacrebleu() -> Any:
    try:
        from sacrebleu import metrics
    except ImportError as error:
        raise UserError(
            "translations are judged by sacrebleu: pip install 'zen-transformer[generation]'"
        ) from error
    return metrics


def translation_scores(asked: Answered, train: Sequence[TextPair]) -> dict[str, float]:
    """chrF and BLEU of the answers and of the sources themselves, from 0 to 100. Of a text with
    several translations the first counts."""
    metrics = _sacrebleu()
    right = [[references[0] for references in asked.references]]
    return {
        f"{prefix}{name}": float(metric().corpus_score(texts, right).score)
        for prefix, texts in (("", asked.answers), ("copied_", asked.sources))
        for name, metric in (("chrf", metrics.CHRF), ("bleu", metrics.BLEU))
    }


def couplet_scores(asked: Answered, train: Sequence[TextPair]) -> dict[str, float]:
    """Exact matches and F1 of the answers and of those that were looked up, from 0 to 1."""
    nearest = Nearest([pair.source for pair in train])
    looked_up = [train[nearest(source)].target for source in asked.sources]
    return {
        f"{prefix}{name}": sum(map(score, texts, asked.references)) / len(asked.sources)
        for prefix, texts in (("", asked.answers), ("retrieval_", looked_up))
        for name, score in (("exact", _exact), ("f1", _best_f1))
    }


def _exact(answer: str, references: tuple[str, ...]) -> float:
    return float(answer in references)


def _best_f1(answer: str, references: tuple[str, ...]) -> float:
    return max(f1(answer, reference) for reference in references)


def f1(answer: str, reference: str) -> float:
    """2 |a ∩ r| / (|a| + |r|), of characters, each as often as it stands there."""
    shared = (Counter(answer) & Counter(reference)).total()
    return 2 * shared / max(len(answer) + len(reference), 1)


SCORES: dict[str, Scores] = {"translation": translation_scores, "couplets": couplet_scores}
"""By the task."""


def check_scores(task: str) -> None:
    """Whether the answers will be judged.

    Raises:
        UserError: `sacrebleu` is not installed.
    """
    if task == "translation":
        _sacrebleu()


def in_words(task: str, found: dict[str, float]) -> str:
    """The figures and what they have to beat."""
    if task == "translation":
        return (
            f"chrF {found['chrf']:.1f} (copying: {found['copied_chrf']:.1f}), "
            f"BLEU {found['bleu']:.1f} (copying: {found['copied_bleu']:.1f})"
        )
    return (
        f"{found['exact']:.1%} exactly right (looked up: {found['retrieval_exact']:.1%}), "
        f"character F1 {found['f1']:.3f} (looked up: {found['retrieval_f1']:.3f})"
    )
