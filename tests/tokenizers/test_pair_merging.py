"""One merge in one word. That many in many words are those of the textbook is asked in
`test_vocabulary.py`, and that they are those of `tokenizers` in
`test_byte_pair_as_huggingface.py`."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.tokenizers.pair_merging import most_frequent_pairs, replace


def test_replacing_joins_from_left_to_right():
    word = ["a", "b", "b", "b"]
    changes = replace(word, ("b", "b"), "bb")
    assert word == ["a", "bb", "b"]
    assert changes == {("a", "b"): -1, ("a", "bb"): 1, ("b", "b"): -1, ("bb", "b"): 1}


def test_where_the_pair_is_not_nothing_changes():
    for word in ([], ["a"], ["a", "b", "a"]):
        assert not replace(before := list(word), ("b", "b"), "bb")
        assert before == word


@given(st.lists(st.sampled_from([1, 2]), max_size=12), st.sampled_from([(1, 1), (1, 2), (2, 1)]))
def test_the_changes_are_what_counting_anew_would_find(word, pair):
    """But of the pair itself, which is gone."""
    changed = Counter(pairwise(word))
    changed.update(replace(word, pair, 3))
    counted = Counter(pairwise(word))
    del changed[pair]
    assert pair not in counted
    assert {pair: count for pair, count in changed.items() if count} == dict(counted)


def test_pairs_are_merged_on_the_way():
    words = [["a", "b", "c"], ["b", "c"]]
    found = most_frequent_pairs(words, [1, 2], "".join)
    assert next(found) == (("b", "c"), 3)
    assert next(found) == (("a", "bc"), 1)
    assert words == [["a", "bc"], ["bc"]]
    assert list(found) == []
    assert words == [["abc"], ["bc"]]
