"""One long document is divided, so that some of it can be held out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.data.corpora import Document
from zen_transformer.data.parts import PARTS, divided, divided_if_few
from zen_transformer.data.sentences import split_sentences
from zen_transformer.data.splits import Corpus

PROSE = " ".join(f"The cat ate {n} mice. It was good." for n in range(20))


@given(st.text(alphabet="aB.!。\n\r \u2028", max_size=300))
def test_the_parts_are_the_document(text):
    # Blank lines between lines are no part of any.
    assert "".join("".join(divided(text)).split()) == "".join(text.split())


def test_a_part_has_whole_sentences_in_their_order():
    parts = divided(PROSE)
    assert len(parts) == 20 and "".join(parts) == PROSE
    assert all(len(split_sentences(part)) == 2 for part in parts)
    assert len(divided("one line of many\n" * 1000)) == PARTS


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_documents_are_divided(count):
    documents = [Document("a", f"{PROSE} {n}") for n in range(count)]
    parts = list(divided_if_few(iter(documents)))
    assert len(parts) == 20 * count
    assert "".join(part.text for part in parts) == "".join(one.text for one in documents)
    assert {part.source for part in parts} == {"a"}


def test_four_are_not_and_neither_is_what_is_too_short():
    for documents in (
        [Document("a", f"{PROSE} {n}") for n in range(4)],
        [Document("a", f"Too short {n}. Indeed.") for n in range(3)],
        [Document("a", "the same")] * 9,
    ):
        assert list(divided_if_few(iter(documents))) == documents


def test_a_single_document_has_a_split_and_next_sentences(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text(PROSE)
    corpus = Corpus([str(path)], 0.1)
    assert (len(corpus.train), len(corpus.held_out)) == (18, 2)
    assert not {d.text for d in corpus.train} & {d.text for d in corpus.held_out}
    corpus.check_next_sentences()
