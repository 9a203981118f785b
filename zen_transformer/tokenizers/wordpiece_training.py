"""Training a WordPiece vocabulary.  Schuster & Nakajima 2012; Sennrich et al. 2016, algorithm 1.

A word begins as its characters, those after the first marked with ##:

    hugs  →  h ##u ##g ##s

In each step the pair of neighbours that occurs most often in the text becomes one piece
(`pair_merging.py`), until the vocabulary has its size:

    ##u ##g  →  ##ug           h ##ug ##s

Among equally frequent pairs the first in alphabetical order is merged, so the same text gives the
same vocabulary. (Schuster & Nakajima choose the pair that raises the likelihood most; HuggingFace's
trainer uses the count, as here.)
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, groupby

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.pair_merging import most_frequent_pairs

PREFIX = "##"
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MINIMUM_ALPHABET, COVERAGE = 1000, 0.9995
"""Characters that become pieces where no limit is given: as many as HuggingFace's, or more if it
takes more to make up this part of the text, as in Chinese."""

MAX_WORD_LENGTH = 100
"""Characters of the longest word that is split into pieces; a longer one is [UNK], as in BERT."""

Pair = tuple[str, str]


def merged_piece(pair: Pair) -> str:
    """Return the piece that a pair becomes."""
    return pair[0] + pair[1].removeprefix(PREFIX)


def alphabet(word_counts: Counter[str], limit: int | None = None) -> list[str]:
    """Return the characters as pieces, at the start of words and within, most frequent first.

    If no limit is given: as many as make up 99.95% of the text, but at least 1,000.
    """
    counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        counts[word[0]] += count
        for character in word[1:]:
            counts[PREFIX + character] += count
    letters = sorted(counts, key=lambda piece: (-counts[piece], piece))
    if limit is None:
        covered = list(accumulate(counts[letter] for letter in letters))
        enough = bisect_left(covered, COVERAGE * covered[-1]) + 1
        limit = max(MINIMUM_ALPHABET, enough)
    return letters[:limit]


def train_vocabulary(
    word_counts: Counter[str],
    vocab_size: int,
    alphabet_limit: int | None = None,
    report: Callable[[Pair, int], None] = lambda pair, count: None,
) -> list[str]:
    """Return the vocabulary: special tokens, then characters, then merged pieces in order.

    Args:
        word_counts: how often each normalized word occurs.
        vocab_size: Number of pieces; fewer if no pair is left to merge.
        alphabet_limit: Maximum number of characters, the most frequent ones; others become [UNK].
            If not given, `alphabet` decides.
        report: called with each merged pair and its count.

    Raises:
        UserError: no words, or a `vocab_size` too small for the characters.
    """
    if not word_counts:
        raise UserError("no words to train a vocabulary on: the text is empty")
    letters = alphabet(word_counts, alphabet_limit)
    smallest = len(SPECIAL_TOKENS) + len(letters)
    if vocab_size < smallest:
        raise UserError(
            f"vocab_size is {vocab_size}, but the text's {len(letters)} characters (those inside "
            f"words count apart) and {len(SPECIAL_TOKENS)} special tokens need {smallest}: choose "
            "a larger vocab_size, or a smaller alphabet_limit"
        )
    vocabulary = dict.fromkeys([*SPECIAL_TOKENS, *letters])
    words, counts = [], []
    for word, count in word_counts.items():
        pieces = [word[0], *(PREFIX + character for character in word[1:])]
        # A character outside the alphabet is never merged, so it divides a word in two.
        for known, run in groupby(pieces, vocabulary.__contains__):
            if known:
                words.append(list(run))
                counts.append(count)
    for pair, count in most_frequent_pairs(words, counts, merged_piece):
        if len(vocabulary) == vocab_size:
            break
        report(pair, count)
        vocabulary[merged_piece(pair)] = None
    return list(vocabulary)
