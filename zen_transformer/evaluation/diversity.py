"""How varied samples are, and how much of them is copied from the training text.

    distinct-n         different n-grams / all n-grams, of all samples    Li et al. 2016
    self-BLEU          mean over x of BLEU(x, all other samples)          Zhu et al. 2018
    unigram entropy    −Σ_v p_v log p_v, in nats                          p_v the share of v
    seq-rep-n          mean over x of 1 − different / all n-grams of x    Welleck et al. 2020
    overlap            the longest stretch of x that the training text has, and where

A sample is a sequence of tokens, ids or words. A measure for which there are too few tokens is
None. Li et al. divide by the number of tokens; divided by the number of n-grams, as is usual since,
distinct-n is 1 for every n where nothing is repeated.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from zen_transformer.errors import UserError, check_range
from zen_transformer.objectives.causal_lm import TextWindows

Sample = Sequence[Hashable]


def ngrams(sample: Sample, n: int) -> list[tuple[Hashable, ...]]:
    """All stretches of n tokens."""
    check_range("n", n, 1)
    return [tuple(sample[start : start + n]) for start in range(len(sample) - n + 1)]


def distinct_n(samples: Iterable[Sample], n: int) -> float | None:
    """Different n-grams / all n-grams, of all samples together: 1 if none occurs twice."""
    grams = [gram for sample in samples for gram in ngrams(sample, n)]
    return len(set(grams)) / len(grams) if grams else None


def repetition_rate(samples: Iterable[Sample], n: int = 4) -> float | None:
    """seq-rep-n, the mean over the samples of at least n tokens: 0 if no sample repeats itself."""
    rates = [1 - len(set(grams)) / len(grams) for sample in samples if (grams := ngrams(sample, n))]
    return sum(rates) / len(rates) if rates else None


def unigram_entropy(samples: Iterable[Sample]) -> float | None:
    """−Σ p log p over the tokens of all samples, in nats: 0 if there is only one token."""
    counts = Counter(token for sample in samples for token in sample)
    total = counts.total()
    return -sum(c / total * math.log(c / total) for c in counts.values()) if counts else None


def self_bleu(samples: Sequence[Sample], n: int = 4) -> float | None:
    """The mean BLEU-n of each sample with all others as its references: 1 if all are the same.

    As in Zhu et al., a missing n-gram counts as 0.1 (NLTK's first smoothing); samples of fewer than
    n tokens are compared up to their length. The time grows with the square of the number of
    samples.

    Raises:
        UserError: `sacrebleu` is not installed.
    """
    try:
        from sacrebleu.metrics import BLEU
    except ImportError as error:
        raise UserError(
            "self-BLEU is computed by sacrebleu: pip install 'zen-transformer[generation]'"
        ) from error
    check_range("n", n, 1)
    if len(samples) < 2:
        return None
    # BLEU takes what stands between two spaces as a token, and our tokens may contain spaces.
    number: dict[Hashable, str] = {}
    texts = [" ".join(number.setdefault(t, str(len(number))) for t in s) for s in samples]
    bleu = BLEU(
        max_ngram_order=n,
        smooth_method="floor",
        smooth_value=0.1,
        tokenize="none",
        effective_order=True,
    )
    scores = [
        bleu.sentence_score(text, texts[:i] + texts[i + 1 :]).score for i, text in enumerate(texts)
    ]
    return min(sum(scores) / len(scores) / 100, 1.0)


# Overlap with the training text


class Overlap(NamedTuple):
    """A stretch of a sample that also occurs in the training text."""

    length: int
    """Number of tokens; 0 if none is shared."""
    in_sample: int
    """Where it begins in the sample; the first of equally long stretches."""
    in_training_text: int
    """Where it begins in the training text; the first occurrence."""


class TrainingText:
    """A long text in which stretches of tokens are found fast and exactly.

    A suffix array holds the positions of the text in the order of the suffixes that begin there; a
    stretch is found by binary search. At each position of a sample a stretch longer by one than the
    longest so far is searched, and the next position is tried when that fails: at most twice as
    many searches as the sample has tokens, each of log₂(length of the text) comparisons.

    Args:
        token_ids: the text, ids from 0. An id of no token between documents keeps stretches from
            crossing their ends.

    Raises:
        UserError: ids below 0.
    """

    def __init__(self, token_ids: Sequence[int] | Int[np.ndarray, " length"]):
        ids = np.asarray(token_ids, np.int64)
        self.places = suffix_array(ids)
        self.bytes = _as_bytes(ids)

    @classmethod
    def from_windows(cls, windows: TextWindows) -> "TrainingText":
        """Create it from all documents of `windows`, each with its end token."""
        return cls(np.concatenate(windows.texts()))

    def longest_overlap(self, sample: Sequence[int] | Int[np.ndarray, " tokens"]) -> Overlap:
        """Find the longest stretch of a sample that the training text has."""
        ids = _as_bytes(np.asarray(sample, np.int64))
        length = start = 0
        for place in range(len(sample)):
            while place + length < len(sample) and self._contains(ids, place, length + 1):
                start, length = place, length + 1
        if length == 0:
            return Overlap(0, 0, 0)
        return Overlap(length, start, self._first_place(ids, start, length))

    def _contains(self, ids: bytes, place: int, length: int) -> bool:
        stretch = ids[place * WIDTH : (place + length) * WIDTH]
        rank = self._rank(stretch)
        return rank < len(self.places) and self._suffix(self.places[rank], len(stretch)) == stretch

    def _first_place(self, ids: bytes, place: int, length: int) -> int:
        stretch = ids[place * WIDTH : (place + length) * WIDTH]
        end = bisect_left(
            self.places,
            True,
            lo=self._rank(stretch),
            key=lambda at: self._suffix(at, len(stretch)) > stretch,
        )
        return int(self.places[self._rank(stretch) : end].min())

    def _rank(self, stretch: bytes) -> int:
        """The number of suffixes that are smaller than a stretch."""
        return bisect_left(self.places, stretch, key=lambda at: self._suffix(at, len(stretch)))

    def _suffix(self, place: int, size: int) -> bytes:
        return self.bytes[place * WIDTH : place * WIDTH + size]


WIDTH = 4
"""Bytes of a token id."""


def _as_bytes(ids: Int[np.ndarray, " length"]) -> bytes:
    """The ids as big-endian bytes, which compare as the ids do."""
    if len(ids) and not 0 <= ids.min() <= ids.max() < 2 ** (8 * WIDTH):
        raise UserError(f"token ids go from {ids.min()} to {ids.max()}: they must be 0 to 2³² − 1")
    return ids.astype(">u4").tobytes()


def suffix_array(ids: Int[np.ndarray, " length"]) -> Int[np.ndarray, " length"]:
    """The positions of a text in the order of the suffixes that begin there.

    Manber & Myers 1993: in round k the order by the first 2^k tokens follows from the order by the
    first 2^(k−1), of a position and of the one 2^(k−1) tokens behind it.
    """
    _, rank = np.unique(ids, return_inverse=True)
    order, width = np.argsort(rank, kind="stable"), 1
    while len(ids) and rank.max() < len(ids) - 1:
        behind = np.zeros_like(rank)  # 0: the text has ended, which sorts before everything
        behind[:-width] = rank[width:] + 1
        pair = rank * (len(ids) + 1) + behind
        order = np.argsort(pair, kind="stable")
        new = np.concatenate([[False], np.diff(pair[order]) != 0])
        rank = np.empty_like(rank)
        rank[order] = np.cumsum(new)
        width *= 2
    return order
