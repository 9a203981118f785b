"""An n-gram language model with interpolated Kneser–Ney smoothing: the baseline of every GPT.

    p(w | h) = max(c(h w) − D, 0) / c(h)  +  D · N(h ·) / c(h) · p(w | h without its first token)

c is the count of an n-gram and N(h ·) the number of different tokens that follow h; D is subtracted
from every count to leave probability for tokens that were never seen. For shorter histories c is
not the number of occurrences but that of the different tokens before the n-gram: "Francisco" is
frequent, but follows only "San". At the end of the chain all tokens have the probability 1 / V.

    D = n_1 / (n_1 + 2 n_2)                 n_k: how many n-grams have the count k

Kneser & Ney 1995; Chen & Goodman 1999, section 2.7 (the interpolated form, one D for each order).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int


class NGrams:
    """A model of the next token given the `order` − 1 tokens before it.

    Args:
        texts: token ids; an n-gram lies within one text.
        order: n, 1 for unigrams, 3 for trigrams.
        vocab_size: V.
    """

    def __init__(self, texts: Sequence[Int[np.ndarray, " tokens"]], order: int, vocab_size: int):
        self.order, self.vocab_size = order, vocab_size
        whole = [np.asarray(text, np.int64) for text in texts]
        grams = _concatenated([_windows(text, order) for text in whole], order)
        self.levels = []
        for width in range(order, 0, -1):
            self.levels.append(_Level(grams, vocab_size))
            # Shorter histories count the different tokens before them.
            shorter = np.unique(grams, axis=0)[:, 1:]
            starts = [text[: width - 1][None] for text in whole if len(text) >= width - 1 > 0]
            grams = np.concatenate([shorter, *starts]) if width > 1 else shorter

    def probabilities(self, text: Int[np.ndarray, " tokens"]) -> Float[np.ndarray, " tokens"]:
        """p of every token of a text, given the tokens before it."""
        text = np.asarray(text, np.int64)
        probabilities = np.full(len(text), 1.0 / self.vocab_size)
        for width, level in zip(range(1, self.order + 1), reversed(self.levels), strict=True):
            grams = _windows(text, width)
            if len(grams):
                shorter = probabilities[width - 1 :]
                probabilities[width - 1 :] = level.interpolated(grams, shorter)
        return probabilities


class _Level:
    """Counts of the n-grams of one width, and their interpolation."""

    def __init__(self, grams: Int[np.ndarray, "grams width"], vocab_size: int):
        self.vocab_size = vocab_size
        codes, counts = np.unique(self._codes(grams), return_counts=True)
        self.codes, self.counts = codes, counts
        histories = codes // vocab_size
        self.histories, at = np.unique(histories, return_inverse=True)
        self.totals = np.bincount(at, weights=counts, minlength=len(self.histories))
        self.followers = np.bincount(at, minlength=len(self.histories))
        once, twice = (int(np.sum(counts == k)) for k in (1, 2))
        self.discount = once / (once + 2 * twice) if once else 0.5

    def _codes(self, grams: Int[np.ndarray, "grams width"]) -> Int[np.ndarray, " grams"]:
        """Every n-gram as one number, its history in the leading digits."""
        codes = np.zeros(len(grams), np.int64)
        for column in grams.T:
            codes = codes * self.vocab_size + column
        return codes

    def interpolated(
        self, grams: Int[np.ndarray, "grams width"], shorter: Float[np.ndarray, " grams"]
    ) -> Float[np.ndarray, " grams"]:
        """p of the last token of each n-gram, given its p with the shorter history."""
        codes = self._codes(grams)
        count = _looked_up(self.codes, self.counts, codes)
        total = _looked_up(self.histories, self.totals, codes // self.vocab_size)
        followers = _looked_up(self.histories, self.followers, codes // self.vocab_size)
        known = np.maximum(total, 1)
        mixed = np.maximum(count - self.discount, 0) + self.discount * followers * shorter
        return np.where(total > 0, mixed / known, shorter)


def _windows(text: Int[np.ndarray, " tokens"], width: int) -> Int[np.ndarray, "grams width"]:
    if len(text) < width:
        return np.zeros((0, width), np.int64)
    return np.lib.stride_tricks.sliding_window_view(text, width)


def _concatenated(parts: list[np.ndarray], width: int) -> Int[np.ndarray, "grams width"]:
    return np.concatenate([np.zeros((0, width), np.int64), *parts])


def _looked_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The value of each wanted key; 0 where there is none. `keys` are in order."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
