"""Is it any good: how varied the samples are, and how much is copied from the training text.

    distinct-n         different n-grams / all n-grams, of all samples    Li et al. 2016
    self-BLEU          mean over x of BLEU(x, all other samples)          Zhu et al. 2018
    unigram entropy    −Σ_v p_v log p_v, in nats                          p_v the share of v
    seq-rep-n          mean over x of 1 − different / all n-grams of x    Welleck et al. 2020
    overlap            the longest stretch of x that the training text has, and where

A sample is a sequence of tokens, ids or words. What there are too few tokens for is None.
Li et al. divide by the number of tokens; by that of the n-grams, as is usual since, nothing
repeated gives 1 for every n.
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
    """Every n tokens in a row."""
    check_range("n", n, 1)
    return [tuple(sample[start : start + n]) for start in range(len(sample) - n + 1)]


def distinct_n(samples: Iterable[Sample], n: int) -> float | None:
    """Different n-grams / all n-grams, of all samples together: 1 if none comes twice."""
    found = [gram for sample in samples for gram in ngrams(sample, n)]
    return len(set(found)) / len(found) if found else None


def repetition_rate(samples: Iterable[Sample], n: int = 4) -> float | None:
    """seq-rep-n, the mean over the samples of at least n tokens: 0 if no sample repeats itself."""
    rates = [1 - len(set(found)) / len(found) for sample in samples if (found := ngrams(sample, n))]
    return sum(rates) / len(rates) if rates else None


def unigram_entropy(samples: Iterable[Sample]) -> float | None:
    """−Σ p log p over the tokens of all samples, in nats: 0 if there is only one token."""
    counts = Counter(token for sample in samples for token in sample)
    total = counts.total()
    return -sum(c / total * math.log(c / total) for c in counts.values()) if counts else None


def self_bleu(samples: Sequence[Sample], n: int = 4) -> float | None:
    """The mean BLEU-n of each sample with all others as its references: 1 if all are the same.

    As Zhu et al. have it a missing n-gram counts as 0.1 (NLTK's first smoothing); samples of fewer
    than n tokens are compared up to their length. It takes time with the square of the number of
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
    # To BLEU a token is what stands between two spaces, which a token itself may hold.
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


# What is copied


class Overlap(NamedTuple):
    """A stretch of a sample that stands in the training text, too."""

    length: int
    """Tokens; 0 if not even one is shared."""
    in_sample: int
    """Where it begins in the sample: the first of equally long ones."""
    in_training_text: int
    """Where it begins in the training text: the first of its places."""


class TrainingText:
    """A long text in which stretches are found fast, exactly.

    A suffix array holds the places of the text in the order of what follows them; a stretch is
    found by halving it. Each place of a sample is asked for a stretch longer by one than the
    longest so far, and the next only when that fails: at most twice as many searches as the sample
    has tokens, each of log₂ of the text's length comparisons.

    Args:
        token_ids: the text, from 0. An id of no token between documents keeps stretches
            from reaching over their ends.

    Raises:
        UserError: ids below 0.
    """

    def __init__(self, token_ids: Sequence[int] | Int[np.ndarray, " length"]):
        ids = np.asarray(token_ids, np.int64)
        self.places = suffix_array(ids)
        self.bytes = _as_bytes(ids)

    @classmethod
    def from_windows(cls, windows: TextWindows) -> "TrainingText":
        """All documents one after another, each with the end token behind it."""
        return cls(np.concatenate(windows.texts()))

    def longest_overlap(self, sample: Sequence[int] | Int[np.ndarray, " tokens"]) -> Overlap:
        """The longest stretch of the sample that the training text has, and where."""
        ids = _as_bytes(np.asarray(sample, np.int64))
        length = start = 0
        for place in range(len(sample)):
            while place + length < len(sample) and self._found(ids, place, length + 1):
                start, length = place, length + 1
        if length == 0:
            return Overlap(0, 0, 0)
        return Overlap(length, start, self._first_place(ids, start, length))

    def _found(self, ids: bytes, place: int, length: int) -> bool:
        wanted = ids[place * WIDTH : (place + length) * WIDTH]
        rank = self._rank(wanted)
        return rank < len(self.places) and self._suffix(self.places[rank], len(wanted)) == wanted

    def _first_place(self, ids: bytes, place: int, length: int) -> int:
        wanted = ids[place * WIDTH : (place + length) * WIDTH]
        end = bisect_left(
            self.places,
            True,
            lo=self._rank(wanted),
            key=lambda at: self._suffix(at, len(wanted)) > wanted,
        )
        return int(self.places[self._rank(wanted) : end].min())

    def _rank(self, wanted: bytes) -> int:
        """How many suffixes are smaller than what is wanted."""
        return bisect_left(self.places, wanted, key=lambda at: self._suffix(at, len(wanted)))

    def _suffix(self, place: int, size: int) -> bytes:
        return self.bytes[place * WIDTH : place * WIDTH + size]


WIDTH = 4
"""Bytes of a token id."""


def _as_bytes(ids: Int[np.ndarray, " length"]) -> bytes:
    """The ids with their large bytes first, so that bytes are in the order of the ids."""
    if len(ids) and not 0 <= ids.min() <= ids.max() < 2 ** (8 * WIDTH):
        raise UserError(f"token ids go from {ids.min()} to {ids.max()}: they must be 0 to 2³² − 1")
    return ids.astype(">u4").tobytes()


def suffix_array(ids: Int[np.ndarray, " length"]) -> Int[np.ndarray, " length"]:
    """The places of a text, ordered by what follows them.  Manber & Myers 1993: in round k the
    order by the first 2^k tokens comes from that by 2^(k−1), of a place and of what follows it."""
    _, rank = np.unique(ids, return_inverse=True)
    order, width = np.argsort(rank, kind="stable"), 1
    while len(ids) and rank.max() < len(ids) - 1:
        behind = np.zeros_like(rank)  # 0: the text has ended, which comes before everything
        behind[:-width] = rank[width:] + 1
        pair = rank * (len(ids) + 1) + behind
        order = np.argsort(pair, kind="stable")
        new = np.concatenate([[False], np.diff(pair[order]) != 0])
        rank = np.empty_like(rank)
        rank[order] = np.cumsum(new)
        width *= 2
    return order
