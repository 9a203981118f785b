"""A text is written of another: the source is read once, then token after token comes.

    C       = encoder(w)                      once, as every block of the decoder looks at it
    z_t     = logits(START v_1 … v_t, C)      of one new token, with the cache
    v_{t+1} = sample(process_logits(z_t))           as in `decoding.py`

All but what is read and where it is kept is that of `Generator`: it streams, draws, and searches
with beams. All texts begin at the same place, since they begin with START.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Int

from zen_transformer.errors import UserError
from zen_transformer.generation.decoding import DecodingState, Generator
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.stack import Cache, Context


class Reading(NamedTuple):
    """The target's tokens so far, as the decoder keeps them, and the source."""

    target: Cache
    source: tuple[Context, ...]

    @property
    def length(self) -> Int[Array, ""]:
        """Tokens of the target that were read."""
        return self.target.length


class Seq2SeqGenerator(Generator):
    """Generates a target for each source. The methods are those of `Generator`, with the ids of
    sources, their END included, in the place of prompts.

    Args:
        model: writes.
        end_ids: tokens that end a text; if not given, the model's own.
    """

    def __init__(
        self,
        model: EncoderDecoderForConditionalGeneration,
        end_ids: Sequence[int] | None = None,
    ):
        super().__init__(model, (model.config.eos_token_id,) if end_ids is None else end_ids)
        self._encode = jax.jit(self._read_source)

    def begin(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> DecodingState:
        """The sources are read, and START stands where the target begins. The width of the sources
        is rounded up to a power of two, so that few programs have to be compiled.

        Raises:
            UserError: an empty source, or more tokens on a side than there are positions.
        """
        config, rows = self.model.config, len(prompts)
        longest, places = max(map(len, prompts), default=0), config.max_position_embeddings
        if not all(map(len, prompts)) or not longest:
            raise UserError("a text is empty: give at least one word")
        if longest > places:
            raise UserError(
                f"a text has {longest} tokens, the model has {places} positions: give it sentence "
                "by sentence"
            )
        if max_new_tokens > places:
            raise UserError(
                f"{max_new_tokens} new tokens were asked for, the model has {places} positions: "
                f"ask for at most {places}"
            )
        width = min(2 ** (longest - 1).bit_length(), places)
        sources = np.full((rows, width), config.pad_token_id, np.int32)
        for row, prompt in enumerate(prompts):
            sources[row, : len(prompt)] = prompt
        seen = np.arange(width) < np.array([len(prompt) for prompt in prompts])[:, None]
        contexts = self._encode(self.parameters, jnp.asarray(sources), jnp.asarray(seen))
        token_ids = jnp.full((rows, max_new_tokens), config.decoder_start_token_id, jnp.int32)
        first = jnp.arange(max_new_tokens) == 0
        nothing = self.model.empty_cache(rows, max_new_tokens)
        # The blocks share arrays, and a step wants to reuse the memory of each.
        reading = jax.tree.map(jnp.copy, Reading(nothing, contexts))
        valid = jnp.broadcast_to(first, token_ids.shape)
        return DecodingState(reading, token_ids, valid, jnp.zeros(rows, bool))

    # Pure, and compiled once

    def _read_source(self, parameters: Any, ids: Any, seen: Any) -> tuple[Context, ...]:
        return nnx.merge(self.graph, parameters).encode(ids, seen)

    def _run(
        self, parameters: Any, cache: Reading, new: Int[Array, "batch new"], valid: Any
    ) -> tuple[Array, Reading]:
        """Logits after the new tokens, and the reading with them."""
        output = nnx.merge(self.graph, parameters).decode(
            new, cache.source, valid, past_key_values=cache.target
        )
        return output.logits[:, -1], Reading(output.past_key_values, cache.source)

    def _next_tokens(
        self,
        written: DecodingState,
        logits: Array,
        keys: Any,
        prompt_lengths: Int[Array, " batch"],
        allowed: Any,
        sampling: Any,
    ) -> tuple[DecodingState, Int[Array, " batch"]]:
        """As there; of the target START alone was given, however long the source is."""
        given = jnp.ones_like(prompt_lengths)
        return super()._next_tokens(written, logits, keys, given, allowed, sampling)
