"""Training a byte-level BPE vocabulary.  Sennrich et al. 2016; Radford et al. 2019 (GPT-2), section
2.2.

The first pieces are the 256 bytes, so any text can be written. Then pairs of neighbours within
words (`pre_tokenization.py`) become pieces, the most frequent first (`pair_merging.py`), until the
vocabulary has its size:

    Ġ h u g s   →   Ġ h ug s   →   Ġh ug s   →   …

Among equally frequent pairs, the one is merged whose left piece, or else whose right piece, entered
the vocabulary first. The trainer of the `tokenizers` library does the same, and its merges are
equal.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from zen_transformer.errors import UserError, check_range
from zen_transformer.tokenizers.byte_characters import CHARACTERS, as_characters
from zen_transformer.tokenizers.pair_merging import most_frequent_pairs
from zen_transformer.tokenizers.pre_tokenization import word_pattern

END_OF_TEXT = "<|endoftext|>"
"""The only special token of GPT-2."""

Merge = tuple[str, str]


def check_special_tokens(tokens: Sequence[str]) -> None:
    """Raise a `UserError` for a special token that plain text could become, or that is repeated."""
    for token in tokens:
        if len(word_pattern().findall(token)) < 2:
            raise UserError(
                f"the special token {token!r} is a single word, so the text itself might become "
                "it: take one such as <|pad|>, in which letters and signs meet"
            )
    if len(set(tokens)) < len(tokens):
        raise UserError(f"a special token is given twice: {', '.join(tokens)}")


def train_merges(
    word_counts: Counter[str],
    vocab_size: int,
    special_tokens: Sequence[str],
    min_frequency: int = 2,
    report: Callable[[Merge, int], None] = lambda pair, count: None,
) -> tuple[list[str], list[Merge]]:
    """Return the vocabulary (special tokens, then bytes, then merged pieces) and the merges.

    Args:
        word_counts: how often each word occurs.
        vocab_size: Number of pieces; fewer if no pair is left to merge.
        special_tokens: pieces that stand for no text.
        min_frequency: Minimum count of a pair to be merged.
        report: called with each merged pair and its count.

    Raises:
        UserError: no words, a `vocab_size` too small for the bytes, or unsuitable special tokens.
    """
    if not word_counts:
        raise UserError("no words to train a vocabulary on: the text is empty")
    check_special_tokens(special_tokens)
    check_range("min_frequency", min_frequency, 1)
    # Bytes are in the order of their characters: "!" has id 0 if there are no special tokens.
    vocabulary = [*special_tokens, *sorted(CHARACTERS)]
    if vocab_size < len(vocabulary):
        raise UserError(
            f"vocab_size is {vocab_size}, but the 256 bytes and {len(special_tokens)} special "
            f"tokens need {len(vocabulary)}: choose a larger vocab_size"
        )
    ids = {piece: i for i, piece in enumerate(vocabulary)}

    def join(pair: tuple[int, int]) -> int:
        piece = vocabulary[pair[0]] + vocabulary[pair[1]]
        if piece not in ids:  # "abc" of "a" and "bc" may have been merged of "ab" and "c" before
            ids[piece] = len(vocabulary)
            vocabulary.append(piece)
        return ids[piece]

    words = [[ids[character] for character in as_characters(word)] for word in word_counts]
    merges: list[Merge] = []
    for (left, right), count in most_frequent_pairs(words, list(word_counts.values()), join):
        if len(vocabulary) >= vocab_size or count < min_frequency:
            break
        merges.append((vocabulary[left], vocabulary[right]))
        report(merges[-1], count)
    return vocabulary, merges
