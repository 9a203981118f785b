"""One merge in one word. Whole trainings are compared with the textbook's in
`test_wordpiece_training.py`, and with those of `tokenizers` in `test_byte_pair_as_huggingface.py`.
"""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.tokenizers.pair_merging import merge_pair, most_frequent_pairs


def test_replacing_joins_from_left_to_right():
    word = ["a", "b", "b", "b"]
    changes = merge_pair(word, ("b", "b"), "bb")
    assert word == ["a", "bb", "b"]
    assert changes == {("a", "b"): -1, ("a", "bb"): 1, ("b", "b"): -1, ("bb", "b"): 1}


def test_where_the_pair_is_not_nothing_changes():
    for word in ([], ["a"], ["a", "b", "a"]):
        assert not merge_pair(before := list(word), ("b", "b"), "bb")
        assert before == word


@given(st.lists(st.sampled_from([1, 2]), max_size=12), st.sampled_from([(1, 1), (1, 2), (2, 1)]))
def test_the_changes_are_those_of_a_new_count(word, pair):
    """Except for the pair itself, which no longer occurs."""
    changed = Counter(pairwise(word))
    changed.update(merge_pair(word, pair, 3))
    counted = Counter(pairwise(word))
    del changed[pair]
    assert pair not in counted
    assert {pair: count for pair, count in changed.items() if count} == dict(counted)


def test_pairs_are_merged_on_the_way():
    words = [["a", "b", "c"], ["b", "c"]]
    merges = most_frequent_pairs(words, [1, 2], "".join)
    assert next(merges) == (("b", "c"), 3)
    assert next(merges) == (("a", "bc"), 1)
    assert words == [["a", "bc"], ["bc"]]
    assert list(merges) == []
    assert words == [["abc"], ["bc"]]
