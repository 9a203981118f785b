"""The split of documents. The corpora here are lists in memory."""

import random
from collections.abc import Callable
from hashlib import sha256
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.data import splits
from zen_transformer.data.corpora import Document
from zen_transformer.data.splits import Corpus


def split(documents: list[Document], fraction: float, result: Callable[[Corpus], object]):
    """Return `result` of the corpora that consist of these documents."""

    def read(name: str):
        return (document for document in documents if document.source == name)

    with patch.object(splits, "read_corpus", read):
        return result(Corpus([document.source for document in documents], fraction))


def hold_out(documents: list[Document], fraction: float) -> tuple[list[Document], list[Document]]:
    return split(documents, fraction, lambda corpus: (list(corpus.train), list(corpus.held_out)))


def texts(documents: list[Document]) -> list[str]:
    return [document.text for document in documents]


def numbered(source: str, count: int) -> list[Document]:
    return [Document(source, f"{source} {number}") for number in range(count)]


def test_nothing_is_in_both_splits_and_nothing_is_lost():
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


def test_the_split_does_not_depend_on_the_order():
    documents = numbered("a", 60) + numbered("b", 40)
    shuffled = random.Random(0).sample(documents, len(documents))
    for first, second in zip(hold_out(documents, 0.1), hold_out(shuffled, 0.1), strict=True):
        assert set(first) == set(second)


def test_held_out_documents_are_spread_over_the_corpus():
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


def test_white_space_around_a_text_does_not_change_its_split():
    documents = numbered("a", 40)
    spaced = [Document("a", f"{document.text}\n") for document in documents]
    held_out, held_out_spaced = hold_out(documents, 0.2)[1], hold_out(spaced, 0.2)[1]
    assert {d.text for d in held_out} == {d.text.strip() for d in held_out_spaced}


@pytest.mark.parametrize("count", [2, 3])
def test_too_few_documents_name_the_corpus_and_the_way_out(count):
    documents = numbered("a", 10) + numbered("b", count)
    with pytest.raises(UserError, match=f"b has {count} documents.*at least four.*blank lines"):
        hold_out(documents, 0.1)


def test_copies_do_not_make_a_corpus_large_enough():
    with pytest.raises(UserError, match="a is one single document"):
        hold_out([Document("a", "the same")] * 10, 0.1)


@given(st.lists(st.text(), min_size=4, max_size=30, unique_by=str.strip), st.floats(0.0, 1.0))
def test_the_smallest_digests_are_held_out(texts_of_corpus, fraction):
    documents = [Document("a", text) for text in texts_of_corpus]
    train, held_out = hold_out(documents, fraction)

    def key(document: Document) -> bytes:
        return sha256(document.text.strip().encode()).digest()

    assert [*held_out, *train] == sorted(documents, key=key)
    assert 2 <= len(held_out) <= len(documents) - 2


def test_streams_know_their_size_and_can_be_read_again():
    documents = numbered("a", 50) + numbered("b", 20)

    def check(corpus: Corpus) -> None:
        for stream in (corpus.train, corpus.held_out):
            first = list(stream)
            assert list(stream) == first
            assert len(stream) == len(first)
            assert stream.characters == sum(len(document.text) for document in first)

    split(documents, 0.2, check)


def test_a_corpus_too_large_to_sort_comes_as_it_is_read(monkeypatch):
    documents = random.Random(0).sample(numbered("a", 50), 50)
    in_order = hold_out(documents, 0.2)
    monkeypatch.setattr(splits, "SORTED_UP_TO", 10)
    as_read = hold_out(documents, 0.2)
    for side, read in zip(in_order, as_read, strict=True):
        assert set(side) == set(read)
        assert read == [document for document in documents if document in set(side)]


def test_the_fingerprint_changes_with_text_names_and_fraction():
    documents = numbered("a", 20)
    changed = [*documents[:-1], Document("a", "another text")]
    other = [Document("b", document.text) for document in documents]
    prints = [
        split(*arguments, lambda corpus: corpus.fingerprint)
        for arguments in [(documents, 0.2), (changed, 0.2), (other, 0.2), (documents, 0.3)]
    ]
    assert len(set(prints)) == 4
    again = split(documents[::-1], 0.2, lambda corpus: corpus.fingerprint)
    assert again == prints[0]


def test_a_text_of_two_corpora_belongs_to_the_first():
    documents = numbered("a", 20) + numbered("b", 20) + [Document("b", "a 3")]
    train, held_out = hold_out(documents, 0.2)
    assert len(train) + len(held_out) == 40
    assert Document("b", "a 3") not in train + held_out
