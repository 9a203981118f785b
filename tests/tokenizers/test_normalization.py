"""Normalization: what is removed, what separates words, what is a word by itself, and offsets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.tokenizers.normalization import (
    CHUNK,
    is_control,
    is_punctuation,
    normalize,
    words_in_chunk,
)


def words(
    chunk: str, lowercase: bool = True, strip_accents: bool = True, chinese: bool = True
) -> list[str]:
    return [word.text for word in words_in_chunk(chunk, lowercase, strip_accents, chinese)]


def test_letters_lose_case_and_accents():
    assert words("Héllo") == ["hello"]
    assert words("ÀÉÎÕÜ") == ["aeiou"]


def test_cased_text_keeps_case_and_accents():
    assert words("Héllo", lowercase=False, strip_accents=False) == ["Héllo"]


def test_case_and_accents_are_independent():
    assert words("Héllo", lowercase=True, strip_accents=False) == ["héllo"]
    assert words("Héllo", lowercase=False, strip_accents=True) == ["Hello"]


def test_an_accent_written_as_a_character_is_removed_too():
    assert words("e\u0301t\u0327a") == ["eta"]
    assert words("e\u0301", strip_accents=False) == ["e\u0301"]


def test_letters_that_only_look_accented_stay():
    # Neither the stroke of ø nor the ligature is a combining mark.
    assert words("ø") == ["ø"]
    assert words("ﬁ") == ["ﬁ"]


def test_capital_i_with_dot_becomes_one_letter_or_two():
    # Lower case of İ is i and a combining dot; the dot is an accent.
    assert words("İ", strip_accents=True) == ["i"]
    assert words("İ", strip_accents=False) == ["i\u0307"]


def test_both_letters_of_one_character_come_from_its_place():
    characters = normalize("xİ", lowercase=True, strip_accents=False, tokenize_chinese_chars=True)
    assert [(c.text, c.source) for c in characters] == [("x", 0), ("i", 1), ("\u0307", 1)]


def test_hangul_falls_into_its_letters_when_accents_go():
    # NFD takes the syllable apart, as it takes é apart.
    assert words("각") == ["\u1100\u1161\u11a8"]
    assert words("각", strip_accents=False) == ["각"]


def test_punctuation_stands_alone():
    assert words("don't(stop)...") == ["don", "'", "t", "(", "stop", ")", ".", ".", "."]
    assert words("“yes”—no") == ["“", "yes", "”", "—", "no"]


@pytest.mark.parametrize("character", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
def test_every_ascii_sign_is_punctuation(character):
    # Also $ + < = > ^ ` | ~, which Unicode calls symbols.
    assert is_punctuation(character)


@pytest.mark.parametrize("character", "aZ09 é中€°\n\x00\x7f")
def test_letters_digits_and_other_symbols_are_no_punctuation(character):
    assert not is_punctuation(character)


@pytest.mark.parametrize("character", "。！？、；：“”‘’…—¿¡«»।")
def test_punctuation_of_other_scripts_counts(character):
    assert is_punctuation(character)


@pytest.mark.parametrize(
    "character", list("\x00\x07\x0b\x7f\x85\u00ad\u200b\u200d\ufeff\ufffd\ue000")
)
def test_control_characters_vanish_without_separating(character):
    assert is_control(character)
    assert words(f"ab{character}cd") == ["abcd"]


@pytest.mark.parametrize("character", ["\U0010ffff", "\uffff", "\u0378"])
def test_unassigned_characters_stay(character):
    # Which characters are assigned depends on Python's version; the ids must not.
    assert unicodedata.category(character) == "Cn"
    assert words(f"ab{character}cd") == [f"ab{character}cd"]


def test_what_vanishes_leaves_places_right():
    (word,) = words_in_chunk("a\x00b\u0301c", True, True, True)
    assert [(c.text, c.source) for c in word.characters] == [("a", 0), ("b", 2), ("c", 4)]


def test_a_chunk_of_nothing_but_control_characters_has_no_word():
    assert words("\x00\u200b") == []


@pytest.mark.parametrize("space", list(" \t\n\r\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000"))
def test_white_space_separates_chunks(space):
    assert CHUNK.findall(f"a{space}b{space}{space}c") == ["a", "b", "c"]


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u200b"])
def test_what_only_looks_like_white_space_does_not_separate(character):
    assert CHUNK.findall(f"a{character}b") == [f"a{character}b"]


def test_chinese_characters_stand_alone():
    assert words("我爱BERT模型") == ["我", "爱", "bert", "模", "型"]
    assert words("我爱BERT", chinese=False) == ["我爱bert"]


@pytest.mark.parametrize("character", ["\u3400", "\u9fff", "\uf900", "\U00020000", "\U0002fa1d"])
def test_every_block_of_ideographs_is_chinese(character):
    # With NFD a compatibility ideograph becomes a usual one, and still stands alone.
    alone = unicodedata.normalize("NFD", character)
    assert words(f"a{character}b") == ["a", alone, "b"]


def test_kana_and_hangul_are_written_in_words():
    assert words("ひらがなカナ", strip_accents=False) == ["ひらがなカナ"]
    assert words("한국어", strip_accents=False) == ["한국어"]


@given(st.text(st.characters(exclude_categories=["Cs", "Zs"]), max_size=30), st.booleans())
def test_places_run_from_left_to_right_and_words_are_never_empty(chunk, strip_accents):
    words_of_chunk = words_in_chunk(chunk, True, strip_accents, True)
    places = [character.source for word in words_of_chunk for character in word.characters]
    assert places == sorted(places)
    assert all(0 <= place < len(chunk) for place in places)
    assert all(word.text for word in words_of_chunk)


@given(st.text("abcABCéÉ.,!中文", max_size=30))
def test_normalizing_twice_changes_nothing(chunk):
    once = words(chunk)
    assert [again for word in once for again in words(word)] == once
