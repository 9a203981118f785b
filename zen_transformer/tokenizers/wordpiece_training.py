"""A WordPiece vocabulary from scratch.  Schuster & Nakajima 2012; Sennrich et al. 2016,
algorithm 1.

Every word starts as single characters, those inside a word marked with ##:

    hugs  →  h ##u ##g ##s

Then, again and again, the pair of neighbours that occurs most often in the text becomes
one piece (`pair_merging.py`), until the vocabulary is full:

    ##u ##g  →  ##ug           h ##ug ##s

Ties go to the pair that comes first in the alphabet, so the same text gives the same
vocabulary. (Schuster & Nakajima choose the pair that raises the likelihood most; the
count is what HuggingFace's trainer uses, and what works.)
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, groupby

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.pair_merging import most_frequent_pairs

PREFIX = "##"
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
FEWEST_LETTERS, COVERAGE = 1000, 0.9995
"""Characters that become pieces where nobody says how many: HuggingFace's number, and for
writing with more characters as many as cover this part of the text."""

MAX_WORD_LENGTH = 100
"""Characters of the longest word that is split into pieces; a longer one is [UNK], as in BERT."""

Pair = tuple[str, str]


def merged(pair: Pair) -> str:
    """The piece that two neighbours become."""
    return pair[0] + pair[1].removeprefix(PREFIX)


def alphabet(word_counts: Counter[str], limit: int | None = None) -> list[str]:
    """The characters as pieces, at the start and inside of words, most frequent first.

    Without a limit there are as many as cover 99.95% of the text, but at least 1,000.
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
        limit = max(FEWEST_LETTERS, enough)
    return letters[:limit]


def train_vocabulary(
    word_counts: Counter[str],
    vocab_size: int,
    alphabet_limit: int | None = None,
    report: Callable[[Pair, int], None] = lambda pair, count: None,
) -> list[str]:
    """The pieces, special tokens first, then characters, then merges in their order.

    Args:
        word_counts: how often each normalized word occurs.
        vocab_size: how many pieces to end with; fewer if no pair is left to merge.
        alphabet_limit: rarer characters than these many become [UNK]; if not given,
            `alphabet` chooses.
        report: called with each merged pair and its count.

    Raises:
        UserError: no words, or a vocabulary too small for the alphabet.
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
        # Nothing is merged with a character that is not in the alphabet, so it parts a word in two.
        for known, run in groupby(pieces, vocabulary.__contains__):
            if known:
                words.append(list(run))
                counts.append(count)
    for pair, count in most_frequent_pairs(words, counts, merged):
        if len(vocabulary) == vocab_size:
            break
        report(pair, count)
        vocabulary[merged(pair)] = None
    return list(vocabulary)
