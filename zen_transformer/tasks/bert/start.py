"""The model before its first step: from random numbers, or from word vectors.

    T      = word vectors of the pieces          numpy_nn/word_vectors.py
    b_v    = log p(v)                            the masked-word head's bias: the unigram model

With both, what counting can find out is there before the first gradient, and the blocks learn what
is left. Pieces that never occur, such as [MASK], keep their random rows.
"""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.data.word_vectors import word_vectors
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def initial_network(settings: BertSettings, tokenizer: WordPieceTokenizer) -> BertForPreTraining:
    """The model with random weights."""
    config = fitted(settings.model, tokenizer)
    dtype = settings.pretraining.dtype
    return BertForPreTraining(config, rngs=nnx.Rngs(settings.seed), dtype=dtype)


def fitted(model: BertConfig, tokenizer: WordPieceTokenizer) -> BertConfig:
    """The shape with the tokenizer's number of pieces and its padding."""
    return dataclasses.replace(
        model, vocab_size=tokenizer.vocab_size, pad_token_id=tokenizer.pad_id
    )


def start_from_words(
    network: BertForPreTraining, documents: TokenizedDocuments, shares: Any
) -> None:
    """Set the token table to word vectors, and the bias of the masked-word head to the logarithm of
    the frequencies.

    Args:
        network: with random weights.
        documents: the text, as ids.
        shares: how often each of its corpora is drawn from, as parts of 1.
    """
    config, table = network.config, network.bert.embeddings.token.table
    vectors = word_vectors(
        documents, shares, config.vocab_size, config.hidden_size, config.initializer_range
    )
    met = np.abs(vectors).sum(axis=1, keepdims=True) > 0
    table[...] = jnp.asarray(np.where(met, vectors, np.asarray(table[...])), table[...].dtype)
    bias = network.masked_lm_head.bias
    frequencies = np.asarray(shares) @ documents.frequencies(config.vocab_size)
    bias[...] = jnp.asarray(np.log(frequencies), bias[...].dtype)
