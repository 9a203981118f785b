"""Documents as one sequence of ids: starts of sentences and documents, and their corpora."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.data.corpora import Document
from zen_transformer.data.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.data.sentences import split_sentences
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

TOKENIZER = WordPieceTokenizer([*SPECIAL_TOKENS, ".", "a", "b", "c", "d", "##d"])
"""Ids 5, 6, 7, …"""


def of_documents(tokenized: TokenizedDocuments) -> list[list[int]]:
    starts = tokenized.document_starts
    return [tokenized.ids[start:end].tolist() for start, end in pairwise(starts)]


def test_ids_and_starts_of_two_documents():
    tokenized = tokenize_documents([Document("x", "A b. C dd."), Document("y", "D.")], TOKENIZER)
    assert tokenized.ids.tolist() == [6, 7, 5, 8, 9, 10, 5, 9, 5]
    assert tokenized.ids.dtype == np.int32
    assert tokenized.sentence_starts.tolist() == [0, 3, 7, 9]
    assert tokenized.document_starts.tolist() == [0, 7, 9]
    assert tokenized.document_sources.tolist() == [0, 1]
    assert tokenized.sources == ("x", "y")


def test_frequencies_count_every_piece_once_more_than_it_occurs():
    tokenized = tokenize_documents([Document("x", "A b. A."), Document("y", "D.")], TOKENIZER)
    frequencies = tokenized.frequencies(11)
    # x has 5 tokens: a twice, b once, the stop twice; y has a d and a stop.
    np.testing.assert_allclose(frequencies[0] * (5 + 11), [1, 1, 1, 1, 1, 3, 3, 2, 1, 1, 1])
    np.testing.assert_allclose(frequencies[1] * (2 + 11), [1, 1, 1, 1, 1, 2, 1, 1, 1, 2, 1])


def test_sources_are_numbered_as_they_come():
    documents = [Document(source, "A b.") for source in "yxyzx"]
    tokenized = tokenize_documents(documents, TOKENIZER)
    assert tokenized.sources == ("y", "x", "z")
    assert tokenized.document_sources.tolist() == [0, 1, 0, 2, 1]


def test_documents_and_sentences_without_pieces_are_left_out():
    # The second sentence is a control character, the second document is white space.
    documents = [Document("x", "A.\n\n\u200b\n\nB."), Document("y", " \n"), Document("x", "C.")]
    tokenized = tokenize_documents(documents, TOKENIZER)
    assert tokenized.sentence_starts.tolist() == [0, 2, 4, 6]
    assert tokenized.document_starts.tolist() == [0, 4, 6]
    assert tokenized.sources == ("x",)


def test_special_tokens_written_in_a_document_are_letters():
    tokenized = tokenize_documents([Document("x", "a [MASK] b")], TOKENIZER)
    # [, mask and ] are unknown to this vocabulary.
    assert tokenized.ids.tolist() == [6, *[TOKENIZER.unk_id] * 3, 7]


def test_advance_is_called_once_for_every_document():
    calls: list[None] = []
    documents = [Document("x", text) for text in ("a", "", "b")]
    tokenize_documents(documents, TOKENIZER, lambda: calls.append(None))
    assert len(calls) == 3


@pytest.mark.parametrize("texts", [[], [""], [" ", "\u200b"]])
def test_no_text_is_a_users_mistake(texts):
    with pytest.raises(UserError, match="holds no text"):
        tokenize_documents([Document("x", text) for text in texts], TOKENIZER)


TEXTS = st.lists(st.text("aAbBcCdD.!? \n", max_size=40), min_size=1, max_size=6)


@given(TEXTS.filter(lambda texts: any(text.strip() for text in texts)))
def test_ids_are_the_tokenizers_and_starts_fit_together(texts):
    tokenized = tokenize_documents([Document("x", text) for text in texts], TOKENIZER)
    expected = [
        [i for sentence in split_sentences(text) for i in TOKENIZER.text_ids(sentence)]
        for text in texts
    ]
    assert of_documents(tokenized) == [ids for ids in expected if ids]
    starts = tokenized.sentence_starts
    assert starts[0] == 0 and starts[-1] == len(tokenized.ids)
    assert np.all(np.diff(starts) > 0)
    # A document begins and ends where a sentence does.
    assert set(tokenized.document_starts) <= set(starts)
    assert len(tokenized.document_sources) == len(tokenized.document_starts) - 1
