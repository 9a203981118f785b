"""GPT-2: BERT's block in pre-norm form under a causal mask.  Radford et al. 2019.

    x      = Dropout(T[w] + P[i])
    h      = LayerNorm(block_L(… block_1(x)))      stack.py, pre-norm; query i attends to keys j ≤ i
    logits = h Tᵀ                                  the next token, at every position

No position depends on later ones, so one forward pass predicts the next token at all positions, and
keys and values can be reused when the text grows (layers/key_value_cache.py).
"""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int, Shaped

from zen_transformer.checkpoints.layouts import GPT
from zen_transformer.layers.dropout import PRNGKeys, random_dropout, split_key
from zen_transformer.layers.embeddings import Embedding
from zen_transformer.layers.masks import causal_mask, padding_mask
from zen_transformer.layers.normalization import LayerNorm
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.models.inputs import Ids, as_ids, as_mask, check_length, token_vectors
from zen_transformer.models.losses import next_token_loss
from zen_transformer.models.outputs import CausalLMOutput, GPTModelOutput, as_requested
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
        key: PRNGKeys | None = None,
    ) -> Float[Array, "batch length hidden"]:
        """Dropout(T[w] + P[i]), given T[w]."""
        x = token_vectors + self.position(position_ids)
        return random_dropout(x, key, self.dropout_rate)


class GPTModel(PretrainedModel):
    """The embeddings, the stack and the final LayerNorm."""

    config_class, layout = GPTConfig, GPT
    config: GPTConfig

    def __init__(self, config: GPTConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        dtype = check_dtype(dtype)
        self.config = config
        weights: dict[str, Any] = {"rngs": rngs, "dtype": dtype}
        self.embeddings = GPTEmbeddings(config, stddev=config.initializer_range, **weights)
        # 2L sub-layers add to the residual; the smaller deviation keeps the variance of their sum.
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
        return_dict: bool | None = None,
        key: PRNGKeys | None = None,
    ) -> Any:
        """Compute the hidden vectors of every token.

        Args:
            input_ids: token ids; alternatively `inputs_embeds`.
            attention_mask: 1 for real tokens, 0 for padding; all ones by default. With a cache it
                covers all slots of the cache, those not written yet included.
            position_ids: by default 0, 1, 2, …, or with a cache the positions that follow.
            inputs_embeds: vectors in place of T[w].
            past_key_values: cache of the earlier tokens (`empty_cache` at first); the output has
                the one that includes the new tokens.
            output_hidden_states, output_attentions: also return those of every block.
            return_dict: if False, return the tuple of the output's fields.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: more tokens than the model has positions or the cache has room, or an id
                outside its table.
        """
        config, cache = self.config, past_key_values
        inputs_embeds = token_vectors(
            input_ids, inputs_embeds, self.embeddings.token, config.vocab_size
        )
        batch, length, _ = inputs_embeds.shape
        start, keys = (0, length) if cache is None else (cache.length, cache.capacity)
        if cache is not None:
            inputs_embeds = cache.check_room(inputs_embeds)
        if position_ids is None:
            check_length(length, config.n_positions)
            position_ids = start + np.arange(length)[None]
        position_ids = as_ids(position_ids, "position_ids", config.n_positions, "n_positions")
        attention_mask = as_mask(attention_mask, "attention_mask", (batch, keys))

        embeddings_key, stack_key = split_key(key, 2)
        x = self.embeddings(inputs_embeds, position_ids, key=embeddings_key)
        mask = padding_mask(attention_mask) & causal_mask(length, keys, start)
        output = self.decoder(x, mask, cache=cache, key=stack_key)
        last = self.norm(output.states[-1])
        result = GPTModelOutput(
            last_hidden_state=last,
            past_key_values=output.cache,
            hidden_states=(*output.states[:-1], last) if output_hidden_states else None,
            attentions=output.attentions if output_attentions else None,
        )
        return as_requested(result, return_dict)

    def empty_cache(self, batch: int, capacity: int | None = None) -> Cache:
        """Make an empty cache.

        Args:
            batch: number of sequences.
            capacity: tokens of each that fit; the number of positions by default.

        Raises:
            UserError: a capacity above the number of positions.
        """
        capacity = self.config.n_positions if capacity is None else capacity
        check_length(capacity, self.config.n_positions)
        return self.decoder.empty_cache(batch, capacity)


class GPTForCausalLM(PretrainedModel):
    """GPT with the logits for the next token."""

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
        *,
        labels: Any = None,
        return_dict: bool | None = None,
        **options: Any,
    ) -> Any:
        """Compute the logits for the next token at every position, and with labels the loss. The
        arguments are those of `GPTModel`.

        Args:
            labels: the `input_ids`, and -100 at the tokens that are not to be predicted; they are
                shifted here, as in HuggingFace.
        """
        output = self.transformer(input_ids, attention_mask, position_ids, **options)
        table = self.transformer.embeddings.token.table[...]
        logits = output.last_hidden_state @ table.T
        result = CausalLMOutput(
            loss=None if labels is None else next_token_loss(logits, labels),
            logits=logits,
            past_key_values=output.past_key_values,
            hidden_states=output.hidden_states,
            attentions=output.attentions,
        )
        return as_requested(result, return_dict)

    def empty_cache(self, batch: int, capacity: int | None = None) -> Cache:
        """Make an empty cache; see `GPTModel.empty_cache`."""
        return self.transformer.empty_cache(batch, capacity)
