import pytest

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sources.bible import TRANSLATIONS, books, chapters, verses

each = pytest.mark.parametrize("translation", TRANSLATIONS)


@each
def test_verses_by_their_numbers(translation):
    found = verses(translation)
    assert len(found) == 31_102
    assert list(found) == sorted(found)
    assert found[1001001].startswith("In the beginning God created the heaven")
    assert not any(mark in text for text in found.values() for mark in "[]¶\n")
    assert all(text == text.strip() and "  " not in text for text in found.values())


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
    whole = list(books(translation))
    assert len(whole) == 66
    lines = [line for book in whole for line in book.splitlines() if line]
    assert lines == list(verses(translation).values())
    assert whole[0].count("\n\n") == 49  # Genesis has 50 chapters


def test_each_book_is_a_document():
    documents = list(read_corpus("kjv"))
    assert len(documents) == 66
    assert {document.source for document in documents} == {"kjv"}
