"""Scorers of texts, and the best of n texts by a score.

    x* = argmax s(x_i)        of x_1 … x_n, sampled from the model         best of n

    form          how nearly a text keeps a form: the mean over its constraints, each 0 to 1; of
                  numbers (lines, a line's syllables) it is the smaller over the larger
    novelty       1 − longest overlap with the training text / length, in tokens
    likelihood    (1 / n) Σ_i log p(w_i | w_1 … w_{i−1})              of n tokens, in nats

The model stays as it is, and every text costs n. How far the best of n is from the model's own
distribution is known beforehand (Stiennon et al. 2020, G.3; an upper bound: Beirami et al. 2024):

    KL(best of n ‖ model) ≤ log n − (n − 1) / n
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float

from zen_transformer.errors import UserError, check_range
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.constraints.pronunciation import UnknownWord, count_syllables
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.tokenizers.base import Tokenizer


class Scorer(Protocol):
    """Gives each text a number: the larger, the better."""

    def __call__(self, texts: Sequence[str], /) -> list[float]: ...


class RankedText(NamedTuple):
    """A text and its score."""

    score: float
    text: str


def rank_texts(texts: Sequence[str], scorer: Scorer) -> list[RankedText]:
    """Sort texts by their scores, the best first; equally good ones keep their order.

    Raises:
        UserError: no text at all, or a score that is no number.
    """
    if not texts:
        raise UserError("there is no text to choose from: draw at least one")
    ranked = [RankedText(*pair) for pair in zip(scorer(texts), texts, strict=True)]
    for score, text in ranked:
        if math.isnan(score):
            raise UserError(f"the score of {text!r:.60} is no number: it cannot be ranked")
    return sorted(ranked, key=lambda one: -one.score)


def expected_best(scores: Float[np.ndarray, " drawn"], n: int) -> float:
    """Estimate the expected score of the best of n texts from m ≥ n scores: the mean of the largest
    over all subsets of n.

        Σ_i C(i − 1, n − 1) / C(m, n) · s_(i)        s_(1) ≤ … ≤ s_(m)
    """
    check_range("n", n, 1, len(scores))
    largest = [math.comb(place, n - 1) for place in range(len(scores))]
    return float(np.sort(scores) @ np.array(largest, float)) / math.comb(len(scores), n)


def divergence_of_best(n: int) -> float:
    """The upper bound of KL(best of n ‖ model), log n − (n − 1) / n, in nats."""
    return math.log(n) - (n - 1) / n


# Scores


@dataclass(frozen=True)
class FormScorer:
    """Scores how nearly a text keeps a form, from 0 to 1.

    A line that is missing, or whose syllables cannot be counted, scores 0.

    Raises:
        UserError: a form without constraints.
    """

    form: Form

    def __post_init__(self):
        if self.form.line_count is None:
            raise UserError("the form asks for nothing: give its lines, syllables, rhyme, acrostic")

    def __call__(self, texts: Sequence[str]) -> list[float]:
        return [self.of(text) for text in texts]

    def of(self, text: str) -> float:
        """The score of one text."""
        parts = list(self._parts([line for line in text.split("\n") if line.strip()]))
        return sum(parts) / len(parts)

    def _parts(self, lines: list[str]) -> Iterator[float]:
        form, wanted = self.form, self.form.line_count or 0
        yield _nearness(len(lines), wanted)
        lines = lines[:wanted] + [""] * (wanted - len(lines))
        for line, count in zip(lines, form.syllables, strict=False):
            yield _nearness_of_syllables(line, count)
        for line, letter in zip(lines, form.acrostic, strict=False):
            yield _keeps(Form(acrostic=letter), line)
        for place, letter in enumerate(form.rhyme):
            first = form.rhyme.index(letter)
            if first < place:
                yield _keeps(Form(rhyme="AA"), f"{lines[first]}\n{lines[place]}")


def _nearness(count: int, wanted: int) -> float:
    """The smaller over the larger of two numbers."""
    return min(count, wanted) / max(count, wanted)


def _nearness_of_syllables(line: str, wanted: int) -> float:
    """That of the most suitable of a line's pronunciations."""
    try:
        return max(_nearness(count, wanted) for count in count_syllables(line))
    except UnknownWord:
        return 0.0


def _keeps(form: Form, text: str) -> float:
    return float(form.violation(text, finished=True) is None)


@dataclass(frozen=True)
class NoveltyScorer:
    """Scores how little of a text is copied in one piece: 1 if it shares no token with the training
    text, 0 if all of it stands there, or if it is empty."""

    training_text: TrainingText
    tokenizer: Tokenizer

    def __call__(self, texts: Sequence[str]) -> list[float]:
        return [self.of(text) for text in texts]

    def of(self, text: str) -> float:
        """The score of one text."""
        ids = self.tokenizer.text_ids(text)
        return 1 - self.training_text.longest_overlap(ids).length / len(ids) if ids else 0.0


@dataclass(frozen=True)
class LikelihoodScorer:
    """Scores the mean log-likelihood of a text's tokens but the first, in nats; 0 for fewer than
    two tokens."""

    model: GPTForCausalLM
    tokenizer: Tokenizer

    def __call__(self, texts: Sequence[str]) -> list[float]:
        nlls = token_nll(self.model, [self.tokenizer.text_ids(text) for text in texts])
        return [-float(nll.mean()) if len(nll) else 0.0 for nll in nlls]
