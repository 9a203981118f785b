"""Choices go into a file and come out of it, whatever they hold; nothing in it is lost."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.data.preferences import (
    PreferenceRecord,
    append_preference,
    check_tokenizer,
    decisive,
    read_preferences,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
CHOICES = st.builds(
    PreferenceRecord, TEXTS, st.tuples(TEXTS, TEXTS), st.integers(0, 2), TEXTS, TEXTS
)
ONE = PreferenceRecord("And", (" so", " then"), 2, "person", "f00")


@given(st.lists(CHOICES, min_size=1, max_size=4))
def test_what_is_kept_is_read(choices):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "of" / "choices.jsonl"
        for choice in choices:
            append_preference(path, choice)
        assert read_preferences(path) == choices


def test_a_line_that_was_left_open_is_ended(tmp_path):
    path = tmp_path / "choices.jsonl"
    append_preference(path, ONE)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    append_preference(path, ONE)
    assert read_preferences(path) == [ONE, ONE]


def test_the_preferred_text_comes_first():
    assert ONE.ordered == (" then", " so")
    assert ONE.wholes == ("And so", "And then")
    same, neither = (
        PreferenceRecord("And", ("", ""), 1, "", ""),
        PreferenceRecord("And", ("a", "b"), 0, "", ""),
    )
    assert decisive([same, ONE, neither]) == [ONE]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not readable JSON"),
        ("[]", "line 2: .* is no object"),
        ({"choice": None}, "line 2: choice is None: it must be 1, 2, or 0"),
        ({"choice": True}, "line 2: choice is True"),
        ({"choice": 3}, "line 2: choice is 3"),
        ({"texts": ["a"]}, "line 2: texts is .* it must be two texts"),
        ({"texts": ["a", 1]}, "line 2: texts is"),
        ({"texts": "ab"}, "line 2: texts is"),
        ({"texts": ["a", "\ud83d"]}, "line 2, column 'texts': the text holds half of a surrogate"),
        ({"prompt": 7}, "line 2: prompt is 7: it must be a text"),
        ('{"prompt": "a"}', "line 2: no column 'texts', only 'prompt'"),
    ],
)
def test_a_line_that_is_no_choice_is_named(tmp_path, line, said):
    path = tmp_path / "choices.jsonl"
    append_preference(path, ONE)
    if isinstance(line, dict):
        line = json.dumps(json.loads(path.read_text()) | line)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(UserError, match=said):
        read_preferences(path)


def test_what_is_not_there_or_another_models_is_named(tmp_path):
    with pytest.raises(UserError, match="no such file; make choices by"):
        read_preferences(tmp_path / "none.jsonl")
    check_tokenizer([ONE], "f00", tmp_path)
    with pytest.raises(UserError, match="choice 2 is between texts of a model with another"):
        check_tokenizer([ONE, PreferenceRecord("", ("", ""), 0, "", "")], "f00", tmp_path)
    with pytest.raises(UserError, match="cannot write to"):
        append_preference(tmp_path, ONE)
