"""The model before its first step: from random numbers, or from what is known without gradients.

    T      = word vectors of the pieces          numpy_nn/word_vectors.py
    b_v    = log p(v)                            the masked-word head's bias: the unigram model
    W_q, W_k of the first block                  numpy_nn/neighbor_heads.py

With the first two, what counting can find out is there before the first gradient, and the blocks
learn what is left. Pieces that never occur, such as [MASK], keep their random rows. With the third,
the heads of the first block look at neighbours, where words say most about each other.
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
from zen_transformer.numpy_nn.neighbor_heads import neighbor_head, place_vectors
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


OFFSETS = (-1, 1, -2, 2)
"""Where the first heads of the first block look, in places."""


def look_at_neighbors(network: BertForPreTraining) -> None:
    """Set the first heads of the first block to look at the tokens before and behind, and the
    position table to the places that they need, which take a quarter of the entries from the
    tokens, but no more than a head has."""
    config = network.config
    head_dim = config.hidden_size // config.num_attention_heads
    size = min(head_dim, config.hidden_size // 4) // 2 * 2
    first = config.hidden_size - size
    token, position = network.bert.embeddings.token.table, network.bert.embeddings.position.table
    token[...] = token[...].at[:, first:].set(0.0)
    places = config.initializer_range * place_vectors(config.max_position_embeddings, size)
    position[...] = jnp.zeros_like(position[...]).at[:, first:].set(places)
    attention = network.bert.encoder.layers[0].attention
    for head, offset in enumerate(OFFSETS[: config.num_attention_heads]):
        columns = slice(head * head_dim, (head + 1) * head_dim)
        kernels = neighbor_head(config.hidden_size, head_dim, size, offset)
        for projection, kernel in zip((attention.query, attention.key), kernels, strict=True):
            projection.kernel[...] = projection.kernel[...].at[:, columns].set(kernel)
