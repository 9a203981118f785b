"""BERT's encoder: embeddings and a stack of blocks that look both ways.  Devlin et al. 2019.

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
from zen_transformer.layers.dropout import Keys, split_key
from zen_transformer.layers.embeddings import BertEmbeddings
from zen_transformer.layers.masks import packed_mask, padding_mask
from zen_transformer.layers.pooling import make_pooler
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.inputs import Ids, as_ids, check_length, check_shape
from zen_transformer.models.outputs import BertModelOutput
from zen_transformer.models.pretrained import PretrainedModel, check_dtype
from zen_transformer.models.stack import Stack


class Packing(NamedTuple):
    """Where the sequences of each row are: the number of the sequence that a token belongs to, 1,
    2, …, or 0 for padding, and the places of their first tokens."""

    sequence_ids: Ids
    starts: Int[Array | np.ndarray, "batch sequences"]


class BertModel(PretrainedModel):
    """The encoder with its pooler, if it is wanted."""

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
        packing: Packing | None = None,
        key: Keys | None = None,
    ) -> BertModelOutput:
        """Hidden vectors of every token and one vector of the whole.

        Args:
            input_ids: token ids; or give `inputs_embeds`, vectors in place of T[w].
            attention_mask: 1 for real tokens, 0 for padding; all real if not given.
            token_type_ids: segments; all 0 if not given.
            position_ids: 0, 1, 2, … if not given.
            output_hidden_states, output_attentions: also return those of every block.
            packing: several sequences in each row, with `position_ids` that start anew; then
                `pooler_output` is `[batch, sequences, hidden]`.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: longer than the model has positions, or an id outside its table.
        """
        config = self.config
        if (input_ids is None) == (inputs_embeds is None):
            raise UserError("give either input_ids or inputs_embeds, one of the two")
        if inputs_embeds is None:
            input_ids = as_ids(input_ids, "input_ids", config.vocab_size, "vocab_size")
            inputs_embeds = self.embeddings.token(input_ids)
        inputs_embeds = jnp.asarray(inputs_embeds)
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
        if attention_mask is None:
            attention_mask = np.ones((batch, length), bool)
        attention_mask = jnp.asarray(attention_mask)
        check_shape("attention_mask", attention_mask.shape, (batch, length))
        check_shape("token_type_ids", token_type_ids.shape, (batch, length))

        embeddings_key, stack_key = split_key(key, 2)
        x = self.embeddings(inputs_embeds, position_ids, token_type_ids, key=embeddings_key)
        mask = padding_mask(attention_mask)
        if packing is not None:
            mask = packed_mask(jnp.asarray(packing.sequence_ids))
        states, attentions, *_ = self.encoder(x, mask, key=stack_key)
        return BertModelOutput(
            last_hidden_state=states[-1],
            pooler_output=self.pooled(states[-1], attention_mask, packing),
            hidden_states=states if output_hidden_states else None,
            attentions=attentions if output_attentions else None,
        )

    def pooled(
        self,
        hidden_states: Float[Array, "batch length hidden"],
        attention_mask: Shaped[Array, "batch length"],
        packing: Packing | None,
    ) -> Any:
        """The vector of each row or, where it holds several sequences, of each of these."""
        if packing is None:
            return self.pooler(hidden_states, attention_mask)
        if self.config.pooling != "cls":
            raise UserError(
                f"pooling is {self.config.pooling!r}: packed sequences are pooled by 'cls' only"
            )
        starts = jnp.asarray(packing.starts)
        first = jnp.take_along_axis(hidden_states, starts[:, :, None], axis=1)
        alone = first.reshape(starts.size, 1, -1)
        pooled = self.pooler(alone, jnp.ones(alone.shape[:2], bool))
        return pooled if pooled is None else pooled.reshape(first.shape)
