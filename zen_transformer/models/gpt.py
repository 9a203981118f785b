"""GPT-2: BERT's block, pre-norm, under a mask that hides what comes.  Radford et al. 2019.

    x      = Dropout(T[w] + P[i])
    h      = LayerNorm(block_L(… block_1(x)))      stack.py, pre-norm, key j hidden from query i < j
    logits = h Tᵀ                                  the next token, at every place

As no place sees what comes after it, one pass gives the prediction at all places at once, and
what was computed of a text stays true when the text grows (layers/key_value_cache.py).
"""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int, Shaped

from zen_transformer.checkpoints.layouts import GPT
from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import Keys, random_dropout, split_key
from zen_transformer.layers.embeddings import Embedding
from zen_transformer.layers.masks import causal_mask, padding_mask
from zen_transformer.layers.normalization import LayerNorm
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.models.inputs import Ids, as_ids, check_length, check_shape
from zen_transformer.models.outputs import CausalLMOutput, GPTModelOutput
from zen_transformer.models.pretrained import PretrainedModel, check_dtype
from zen_transformer.models.stack import Cache, Stack


class GPTEmbeddings(nnx.Module):
    """Owns T and P."""

    def __init__(self, config: GPTConfig, *, stddev: float, rngs: nnx.Rngs, dtype: Any):
        weights = {"stddev": stddev, "rngs": rngs, "dtype": dtype}
        self.token = Embedding(config.vocab_size, config.n_embd, **weights)
        self.position = Embedding(config.n_positions, config.n_embd, **weights)
        self.dropout_rate = config.embd_pdrop

    def __call__(
        self,
        token_vectors: Float[Array, "batch length hidden"],
        position_ids: Int[Array, "#batch length"],
        *,
        key: Keys | None = None,
    ) -> Float[Array, "batch length hidden"]:
        """T[w] + P[i]; T[w] comes in looked up."""
        x = token_vectors + self.position(position_ids)
        return random_dropout(x, key, self.dropout_rate)


class GPTModel(PretrainedModel):
    """The stack with its embeddings and the LayerNorm behind it."""

    config_class, layout = GPTConfig, GPT
    config: GPTConfig

    def __init__(self, config: GPTConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        dtype = check_dtype(dtype)
        self.config = config
        weights: dict[str, Any] = {"rngs": rngs, "dtype": dtype}
        self.embeddings = GPTEmbeddings(config, stddev=config.initializer_range, **weights)
        # Every sub-layer adds to the residual; so that 2L of them do not add up, each adds less.
        residual_stddev = config.initializer_range / math.sqrt(2 * config.n_layer)
        self.decoder = Stack(config, pre_norm=True, output_stddev=residual_stddev, **weights)
        self.norm = LayerNorm(config.n_embd, epsilon=config.layer_norm_epsilon, dtype=dtype)

    def __call__(
        self,
        input_ids: Ids | None = None,
        attention_mask: Shaped[Array | np.ndarray, "batch keys"] | None = None,
        position_ids: Int[Array | np.ndarray, "#batch length"] | None = None,
        *,
        inputs_embeds: Float[Array | np.ndarray, "batch length hidden"] | None = None,
        past_key_values: Cache | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        key: Keys | None = None,
    ) -> GPTModelOutput:
        """Hidden vectors of every token.

        Args:
            input_ids: token ids; or give `inputs_embeds`, vectors in place of T[w].
            attention_mask: 1 for real tokens, 0 for padding; all real if not given. With a cache
                it covers the cache's places, those not yet written among them.
            position_ids: if not given, 0, 1, 2, …, or on from what the cache has read.
            past_key_values: what was read before (`empty_cache`); the output has the next one.
            output_hidden_states, output_attentions: also return those of every block.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: longer than the model has positions, or an id outside its table.
        """
        config, cache = self.config, past_key_values
        if (input_ids is None) == (inputs_embeds is None):
            raise UserError("give either input_ids or inputs_embeds, one of the two")
        if inputs_embeds is None:
            input_ids = as_ids(input_ids, "input_ids", config.vocab_size, "vocab_size")
            inputs_embeds = self.embeddings.token(input_ids)
        inputs_embeds = jnp.asarray(inputs_embeds)
        batch, length, _ = inputs_embeds.shape
        start, keys = (0, length) if cache is None else (cache.length, cache.capacity)
        if position_ids is None:
            check_length(length, config.n_positions)
            position_ids = start + np.arange(length)[None]
        position_ids = as_ids(position_ids, "position_ids", config.n_positions, "n_positions")
        if attention_mask is None:
            attention_mask = np.ones((batch, keys), bool)
        attention_mask = jnp.asarray(attention_mask)
        check_shape("attention_mask", attention_mask.shape, (batch, keys))

        embeddings_key, stack_key = split_key(key, 2)
        x = self.embeddings(inputs_embeds, position_ids, key=embeddings_key)
        mask = padding_mask(attention_mask) & causal_mask(length, keys, start)
        output = self.decoder(x, mask, cache=cache, key=stack_key)
        last = self.norm(output.states[-1])
        return GPTModelOutput(
            last_hidden_state=last,
            past_key_values=output.cache,
            hidden_states=(*output.states[:-1], last) if output_hidden_states else None,
            attentions=output.attentions if output_attentions else None,
        )

    def empty_cache(self, batch: int, capacity: int | None = None) -> Cache:
        """Nothing read yet, and room for `capacity` tokens, as many as there are positions if not
        said.

        Raises:
            UserError: room for more tokens than there are positions.
        """
        capacity = self.config.n_positions if capacity is None else capacity
        check_length(capacity, self.config.n_positions)
        return self.decoder.empty_cache(batch, capacity)


class GPTForCausalLM(PretrainedModel):
    """GPT that says what comes next."""

    config_class, layout = GPTConfig, GPT
    config: GPTConfig

    def __init__(self, config: GPTConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.transformer = GPTModel(config, rngs=rngs, dtype=dtype)

    def __call__(
        self,
        input_ids: Ids | None = None,
        attention_mask: Shaped[Array | np.ndarray, "batch keys"] | None = None,
        position_ids: Int[Array | np.ndarray, "#batch length"] | None = None,
        **options: Any,
    ) -> CausalLMOutput:
        """Logits over the vocabulary for the token after each. The arguments are `GPTModel`'s."""
        output = self.transformer(input_ids, attention_mask, position_ids, **options)
        table = self.transformer.embeddings.token.table[...]
        return CausalLMOutput(
            logits=output.last_hidden_state @ table.T,
            past_key_values=output.past_key_values,
            hidden_states=output.hidden_states,
            attentions=output.attentions,
        )

    def empty_cache(self, batch: int, capacity: int | None = None) -> Cache:
        """`GPTModel.empty_cache`."""
        return self.transformer.empty_cache(batch, capacity)
