"""BERT's encoder: embeddings and a stack of bidirectional blocks.  Devlin et al. 2019.

x = embeddings(w, s)                      layers/embeddings.py
h = block_L(… block_1(x))                 stack.py
c = pool(h)                               layers/pooling.py
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int, Shaped

from zen_transformer.checkpoints.layouts import BERT
from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import PRNGKeys, split_key
from zen_transformer.layers.embeddings import BertEmbeddings
from zen_transformer.layers.masks import packed_mask, padding_mask
from zen_transformer.layers.pooling import make_pooler
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.inputs import (
    Ids,
    as_ids,
    as_mask,
    check_length,
    check_shape,
    token_vectors,
)
from zen_transformer.models.outputs import BertModelOutput, as_requested
from zen_transformer.models.pretrained import PretrainedModel, check_dtype
from zen_transformer.models.stack import Stack


class Packing(NamedTuple):
    """Where the sequences of a packed batch are, in which a row holds several of them."""

    sequence_ids: Ids
    """The number of the sequence that each token belongs to, 1, 2, …; 0 for padding."""
    starts: Int[Array | np.ndarray, "batch sequences"]
    """The position of each sequence's first token."""


class BertModel(PretrainedModel):
    """The encoder, with a pooler if `add_pooling_layer`."""

    config_class, layout = BertConfig, BERT
    config: BertConfig

    def __init__(
        self,
        config: BertConfig,
        *,
        rngs: nnx.Rngs,
        dtype: Any = jnp.float32,
        add_pooling_layer: bool = True,
    ):
        dtype = check_dtype(dtype)
        self.config = config
        weights = {"stddev": config.initializer_range, "rngs": rngs, "dtype": dtype}
        self.embeddings = BertEmbeddings(
            config.vocab_size,
            config.max_position_embeddings,
            config.type_vocab_size,
            config.hidden_size,
            padding_id=config.pad_token_id,
            epsilon=config.layer_norm_eps,
            dropout_rate=config.hidden_dropout_prob,
            **weights,
        )
        self.encoder = Stack(config, rngs=rngs, dtype=dtype)
        kind = config.pooling if add_pooling_layer else "none"
        self.pooler = make_pooler(kind, config.hidden_size, **weights)

    def __call__(
        self,
        input_ids: Ids | None = None,
        attention_mask: Shaped[Array | np.ndarray, "batch length"] | None = None,
        token_type_ids: Ids | None = None,
        position_ids: Int[Array | np.ndarray, "#batch length"] | None = None,
        *,
        inputs_embeds: Float[Array | np.ndarray, "batch length hidden"] | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        return_dict: bool | None = None,
        packing: Packing | None = None,
        key: PRNGKeys | None = None,
    ) -> Any:
        """Compute the hidden vectors of every token and one vector for the whole sequence.

        Args:
            input_ids: token ids; alternatively `inputs_embeds`.
            attention_mask: 1 for real tokens, 0 for padding; all ones by default.
            token_type_ids: segments; all 0 by default.
            position_ids: 0, 1, 2, … by default.
            inputs_embeds: vectors in place of T[w].
            output_hidden_states, output_attentions: also return those of every block.
            return_dict: if False, return the tuple of the output's fields.
            packing: several sequences in each row, with `position_ids` that restart at 0 in each;
                `pooler_output` is then `[batch, sequences, hidden]`.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: more tokens than the model has positions, or an id outside its table.
        """
        config = self.config
        inputs_embeds = token_vectors(
            input_ids, inputs_embeds, self.embeddings.token, config.vocab_size
        )
        batch, length, _ = inputs_embeds.shape
        positions = config.max_position_embeddings
        if position_ids is None:
            check_length(length, positions)
            position_ids = np.arange(length)[None]
        position_ids = as_ids(position_ids, "position_ids", positions, "max_position_embeddings")
        if token_type_ids is None:
            token_type_ids = np.zeros((batch, length), np.int32)
        token_type_ids = as_ids(
            token_type_ids, "token_type_ids", config.type_vocab_size, "type_vocab_size"
        )
        attention_mask = as_mask(attention_mask, "attention_mask", (batch, length))
        check_shape("token_type_ids", token_type_ids.shape, (batch, length))

        embeddings_key, stack_key = split_key(key, 2)
        x = self.embeddings(inputs_embeds, position_ids, token_type_ids, key=embeddings_key)
        mask = padding_mask(attention_mask)
        if packing is not None:
            mask = packed_mask(jnp.asarray(packing.sequence_ids))
        states, attentions, *_ = self.encoder(x, mask, key=stack_key)
        result = BertModelOutput(
            last_hidden_state=states[-1],
            pooler_output=self.pooled(states[-1], attention_mask, packing),
            hidden_states=states if output_hidden_states else None,
            attentions=attentions if output_attentions else None,
        )
        return as_requested(result, return_dict)

    def pooled(
        self,
        hidden_states: Float[Array, "batch length hidden"],
        attention_mask: Shaped[Array, "batch length"],
        packing: Packing | None,
    ) -> Any:
        """Compute the vector of each row or, with packing, of each sequence of each row."""
        if packing is None:
            return self.pooler(hidden_states, attention_mask)
        if self.config.pooling != "cls":
            raise UserError(
                f"pooling is {self.config.pooling!r}: packed sequences are pooled by 'cls' only"
            )
        starts = jnp.asarray(packing.starts)
        first = jnp.take_along_axis(hidden_states, starts[:, :, None], axis=1)
        sequences = first.reshape(starts.size, 1, -1)  # [CLS] alone, all that is read of each
        pooled = self.pooler(sequences, jnp.ones(sequences.shape[:2], bool))
        return pooled if pooled is None else pooled.reshape(first.shape)
