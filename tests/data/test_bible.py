import pytest

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sources.bible import TRANSLATIONS, books, chapters, verses

each = pytest.mark.parametrize("translation", TRANSLATIONS)


@each
def test_verses_by_their_numbers(translation):
    by_number = verses(translation)
    assert len(by_number) == 31_102
    assert list(by_number) == sorted(by_number)
    assert by_number[1001001].startswith("In the beginning God created the heaven")
    assert not any(mark in text for text in by_number.values() for mark in "[]¶\n")
    assert all(text == text.strip() and "  " not in text for text in by_number.values())


def test_the_two_say_the_same_in_the_same_place():
    old, new = (verses(translation)[40003016] for translation in ("kjv", "web"))
    assert "Spirit of God descending like a dove" in old
    assert "Spirit of God descending as a dove" in new


@each
def test_chapters_and_books_have_all_verses_in_order(translation):
    by_chapter = chapters(translation)
    assert len(by_chapter) == 1_189
    in_order = [text for texts in by_chapter.values() for text in texts]
    assert in_order == list(verses(translation).values())
    all_books = list(books(translation))
    assert len(all_books) == 66
    lines = [line for book in all_books for line in book.splitlines() if line]
    assert lines == list(verses(translation).values())
    assert all_books[0].count("\n\n") == 49  # Genesis has 50 chapters


def test_each_book_is_a_document():
    documents = list(read_corpus("kjv"))
    assert len(documents) == 66
    assert {document.source for document in documents} == {"kjv"}
