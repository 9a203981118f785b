"""GPT-2's characters for bytes, and its pattern of words, on every character."""

import re
import unicodedata
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text_samples import EVERY_CHARACTER, REFERENCE

from zen_transformer.tokenizers.byte_characters import BYTES, CHARACTERS, as_bytes, as_characters
from zen_transformer.tokenizers.pre_tokenization import word_pattern

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_every_byte_has_a_character_that_can_be_seen():
    assert len(set(CHARACTERS)) == len(BYTES) == 256
    assert all(c.isprintable() and not c.isspace() for c in CHARACTERS)
    assert [CHARACTERS[byte] for byte in (0, 10, 32, 33, 65, 127, 173, 255)] == list("ĀĊĠ!AġŃÿ")
    assert as_characters(" né\n") == "ĠnÃ©Ċ"


def test_the_characters_are_those_of_tokenizers():
    pre_tokenizers = pytest.importorskip("tokenizers.pre_tokenizers", reason=REFERENCE)
    assert set(pre_tokenizers.ByteLevel.alphabet()) == set(CHARACTERS)


@given(ANY_TEXT)
def test_a_text_comes_back_from_its_characters(text):
    assert as_bytes(as_characters(text)).decode() == text


def test_what_is_no_byte_is_an_error():
    with pytest.raises(KeyError, match="€"):
        as_bytes("a€")


# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Hello world!", ["Hello", " world", "!"]),
        ("it's we'll 'twas I'D", ["it", "'s", " we", "'ll", " '", "twas", " I", "'", "D"]),
        ("a  b   ", ["a", " ", " b", "   "]),
        ("x\n\n y", ["x", "\n\n", " y"]),
        ("1234 ²½Ⅷ", ["1234", " ²½Ⅷ"]),
        ("snake_case", ["snake", "_", "case"]),
        ("我有三只猫。", ["我有三只猫", "。"]),
        ("a\x1cb", ["a", "\x1c", "b"]),  # which Python takes for white space, and Unicode does not
        ("e\u0301", ["e", "\u0301"]),
    ],
)
def test_words(text, words):
    assert word_pattern().findall(text) == words


@given(ANY_TEXT)
def test_words_in_a_row_are_the_text(text):
    assert "".join(word_pattern().findall(text)) == text


@pytest.fixture(scope="module")
def theirs():
    module = pytest.importorskip("tokenizers.pre_tokenizers", reason=REFERENCE)
    return module.ByteLevel(add_prefix_space=False)


def assert_same_words(theirs, text: str) -> None:
    expected = [place for _, place in theirs.pre_tokenize_str(text)]
    assert [match.span() for match in word_pattern().finditer(text)] == expected


def in_every_neighbourhood(characters: list[str]) -> str:
    """Return a text with a letter, a number, a sign and a blank before each character."""
    return "".join(f"a{c}1{c}!{c} {c}\n" for c in characters)


@pytest.mark.slow
def test_characters_are_of_the_class_that_tokenizers_has_them_in(theirs):
    # Most are ideographs, unassigned or private, and alike.
    many = ("Lo", "Cn", "Co")
    assert_same_words(
        theirs,
        in_every_neighbourhood(
            [c for c in EVERY_CHARACTER if unicodedata.category(c) not in many or ord(c) % 50 == 0]
        ),
    )


def test_what_unicode_has_since_15_is_known_whatever_python_has(theirs):
    from zen_transformer.tokenizers import pre_tokenization

    listed = pre_tokenization.LETTERS_SINCE_15 + pre_tokenization.NUMBERS_SINCE_15
    added = re.findall(f"[{listed}]", "".join(EVERY_CHARACTER))
    assert len(added) == 9392
    # And the characters beside them.
    points = {ord(c) + step for c in added for step in (-1, 0, 1)}
    assert_same_words(theirs, in_every_neighbourhood([chr(point) for point in sorted(points)]))


@pytest.mark.slow
def test_every_character_is_of_the_class_that_tokenizers_has_it_in(theirs):
    for start in range(0, len(EVERY_CHARACTER), 50_000):
        assert_same_words(theirs, in_every_neighbourhood(EVERY_CHARACTER[start : start + 50_000]))


BLANKS = [*" \t\n\r\v\f\x1c\x1f\x85\xa0\u1680\u2003\u200b\u2028\u202f\u3000\ufeff", "a", "'s", "7"]


@given(st.lists(st.sampled_from(BLANKS), max_size=12).map("".join))
@example("".join(chain(*zip(BLANKS, BLANKS[::-1], strict=True))))
def test_runs_of_blanks_are_split_as_tokenizers_does(theirs, text):
    assert_same_words(theirs, text)
