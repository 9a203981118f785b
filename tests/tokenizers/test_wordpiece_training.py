"""Training of the WordPiece vocabulary, on words few enough to count the pairs by hand."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.tokenizers.wordpiece_training import (
    PREFIX,
    SPECIAL_TOKENS,
    Pair,
    alphabet,
    merged_piece,
    train_vocabulary,
)

# ##u ##g stands in hug, pug and hugs: 10 + 5 + 5 = 20 times, more than any other pair.
HUGS = Counter({"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5})
# Characters by count: ##u 36, ##g 20, p 17, ##n 16, h 15, ##s 5, b 4.
HUGS_LETTERS = ["##u", "##g", "p", "##n", "h", "##s", "b"]
# 5 is met twice: hug ##s comes before p ##ug in the alphabet.
HUGS_MERGES = [
    (("##u", "##g"), 20),
    (("##u", "##n"), 16),
    (("h", "##ug"), 15),
    (("p", "##un"), 12),
    (("hug", "##s"), 5),
    (("p", "##ug"), 5),
    (("b", "##un"), 4),
]
HUGS_VOCABULARY = [*SPECIAL_TOKENS, *HUGS_LETTERS, "##ug", "##un", "hug", "pun"]
HUGS_VOCABULARY += ["hugs", "pug", "bun"]


def merges(counts: Counter[str], vocab_size: int, **options) -> list[tuple[Pair, int]]:
    """Return the merged pairs in order, with their counts."""
    seen: list[tuple[Pair, int]] = []
    train_vocabulary(counts, vocab_size, report=lambda *merge: seen.append(merge), **options)
    return seen


def test_a_merge_drops_the_mark_of_the_second_piece_only():
    assert merged_piece(("h", "##ug")) == "hug"
    assert merged_piece(("##u", "##g")) == "##ug"


def test_alphabet_is_sorted_by_count_and_then_by_letter():
    assert alphabet(HUGS, 100) == HUGS_LETTERS
    assert alphabet(Counter({"ba": 1, "ab": 1}), 100) == ["##a", "##b", "a", "b"]


def test_alphabet_keeps_the_most_frequent():
    assert alphabet(HUGS, 3) == HUGS_LETTERS[:3]


def test_merges_come_in_the_order_of_their_counts():
    assert merges(HUGS, 19) == HUGS_MERGES


def test_vocabulary_is_special_tokens_then_letters_then_merges():
    assert train_vocabulary(HUGS, 19) == HUGS_VOCABULARY


@pytest.mark.parametrize("size", range(14, 20))
def test_vocabulary_size_is_met_exactly(size):
    assert train_vocabulary(HUGS, size) == HUGS_VOCABULARY[:size]


def test_vocabulary_stops_when_every_word_is_one_piece():
    assert train_vocabulary(HUGS, 1000) == HUGS_VOCABULARY


def test_counts_decide_and_not_the_number_of_words():
    many_words = Counter({"xa": 1, "xab": 1, "xac": 1})
    one_frequent_word = Counter({"yz": 4})
    assert merges(many_words + one_frequent_word, 100)[0] == (("y", "##z"), 4)
    assert merges(many_words, 100)[0] == (("x", "##a"), 3)


def test_ties_go_to_the_pair_that_comes_first_in_the_alphabet():
    tied = Counter({"dc": 2, "ba": 2, "ca": 2, "ab": 2})
    pairs = [pair for pair, _ in merges(tied, 100)]
    assert pairs == [("a", "##b"), ("b", "##a"), ("c", "##a"), ("d", "##c")]


def test_overlapping_pairs_are_counted_anew_after_a_merge():
    # a ##a ##a ##a holds ##a ##a twice; joined from the left that leaves a ##aa ##a.
    expected = [(("##a", "##a"), 2), (("##aa", "##a"), 1), (("a", "##aaa"), 1)]
    assert merges(Counter({"aaaa": 1}), 100) == expected


def test_order_of_the_words_does_not_matter():
    words = list(HUGS.items())
    Random(0).shuffle(words)
    assert train_vocabulary(Counter(dict(words)), 19) == HUGS_VOCABULARY


def test_the_alphabet_and_the_special_tokens_have_to_fit():
    letters = Counter({chr(ord("a") + i) * 2: 100 - i for i in range(26)})
    # Each letter at the start of a word and inside of one.
    assert len(train_vocabulary(letters, 57)) == 57
    with pytest.raises(UserError, match=r"vocab_size is 56, but the text's 52 char.* need 57: "):
        train_vocabulary(letters, 56)
    assert len(train_vocabulary(letters, 20, alphabet_limit=15)) == 20


def test_without_a_limit_the_alphabet_has_a_thousand_letters_or_what_most_of_the_text_needs():
    # Frequencies fall to a half: after twelve letters more than 99.95% are covered.
    steep = Counter({chr(0x4E00 + i): 2 ** (20 - i) for i in range(21)})
    assert len(alphabet(steep)) == 21
    rare = Counter({chr(0x4E00 + i): 1 for i in range(3000)})
    assert len(alphabet(rare)) == 2999  # 99.95% of 3,000, rounded up
    common = Counter({"一": 10**7}) + rare
    assert len(alphabet(common)) == 1000


def test_rare_letters_and_their_pairs_stay_out():
    vocabulary = train_vocabulary(HUGS, 100, alphabet_limit=4)
    # h, ##s and b are too rare, so hug stays in pieces, of which h is unknown.
    assert vocabulary == [*SPECIAL_TOKENS, *HUGS_LETTERS[:4], "##ug", "##un", "pun", "pug"]


def test_no_words_is_a_users_mistake():
    with pytest.raises(UserError, match="no words"):
        train_vocabulary(Counter(), 100)


@pytest.mark.parametrize("size", [-1, 0, 5, 10])
def test_a_vocabulary_without_room_is_a_users_mistake(size):
    with pytest.raises(UserError, match=f"vocab_size is {size}"):
        train_vocabulary(HUGS, size)


def replaced(pieces: list[str], pair: Pair) -> list[str]:
    """Return the word with every occurrence of the pair merged, from left to right."""
    if len(pieces) < 2:
        return pieces
    if (pieces[0], pieces[1]) == pair:
        return [merged_piece(pair), *replaced(pieces[2:], pair)]
    return [pieces[0], *replaced(pieces[1:], pair)]


def textbook_merges(counts: Counter[str], number: int) -> list[tuple[Pair, int]]:
    """The algorithm as the papers have it: count all pairs, merge the best, begin again."""
    words = {word: [word[0], *(PREFIX + c for c in word[1:])] for word in counts}
    merges = []
    while len(merges) < number:
        pairs: Counter[Pair] = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append((best, pairs[best]))
        words = {word: replaced(pieces, best) for word, pieces in words.items()}
    return merges


# Two letters make many repetitions and the same piece on several ways: a ##bab, ab ##ab.
WORDS = st.dictionaries(st.text("ab", min_size=1, max_size=8), st.integers(1, 5), min_size=1)


@given(WORDS)
@settings(max_examples=100)
def test_the_heap_merges_as_a_new_count_each_time_would(counts):
    seen = merges(Counter(counts), 1000)
    assert seen == textbook_merges(Counter(counts), len(seen) + 1)
