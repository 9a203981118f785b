"""Generate a target text for a source text: the source is read once, then token after token comes.

    C       = encoder(w)                      once, as every block of the decoder looks at it
    z_t     = logits(START v_1 … v_t, C)      of one new token, with the cache
    v_{t+1} = sample(process_logits(z_t))     as in decoding.py

Streaming, sampling and beam search are those of `Generator`; only what is read and where it is kept
differ. All targets begin at the same position, with START.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from zen_transformer.errors import UserError
from zen_transformer.generation.decoding import DecodingState, Generator
from zen_transformer.models.compilation import next_power_of_two
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.stack import Cache, Context


class Seq2SeqCache(NamedTuple):
    """What the decoder keeps: the target's tokens so far, and the encoded source."""

    target: Cache
    source: tuple[Context, ...]

    @property
    def length(self) -> Int[Array, ""]:
        """Number of tokens of the target that were read."""
        return self.target.length


class Seq2SeqGenerator(Generator):
    """Generates a target for each source with an encoder–decoder.

    The methods are those of `Generator`, with the ids of the sources, END included, as prompts.

    Args:
        model: the model.
        eos_token_ids: tokens that end a text; the model's own, if not given.
        pieces: as for `Generator`.
    """

    def __init__(
        self,
        model: EncoderDecoderForConditionalGeneration,
        eos_token_ids: Sequence[int] | None = None,
        *,
        pieces: int | None = None,
    ):
        if eos_token_ids is None:
            eos_token_ids = (model.config.eos_token_id,)
        super().__init__(model, eos_token_ids, pieces=pieces)
        self._compiled_encoder = jax.jit(self._encode)

    def prefill(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> DecodingState:
        """Encode the sources, and put START at the beginning of each target.

        The width of the sources is rounded up to a power of two, so that few programs have to be
        compiled.

        Raises:
            UserError: an empty source, or more tokens on a side than there are positions.
        """
        config, rows = self.model.config, len(prompts)
        longest, positions = max(map(len, prompts), default=0), config.max_position_embeddings
        if not all(map(len, prompts)) or not longest:
            raise UserError("a text is empty: give at least one word")
        if longest > positions:
            raise UserError(
                f"a text has {longest} tokens, the model has {positions} positions: give it "
                "sentence by sentence"
            )
        if max_new_tokens > positions:
            raise UserError(
                f"{max_new_tokens} new tokens were asked for, the model has {positions} positions: "
                f"ask for at most {positions}"
            )
        width = min(next_power_of_two(longest), positions)
        sources = np.full((rows, width), config.pad_token_id, np.int32)
        for row, prompt in enumerate(prompts):
            sources[row, : len(prompt)] = prompt
        mask = np.arange(width) < np.array([len(prompt) for prompt in prompts])[:, None]
        contexts = self._compiled_encoder(self.parameters, jnp.asarray(sources), jnp.asarray(mask))
        token_ids = jnp.full((rows, max_new_tokens), config.decoder_start_token_id, jnp.int32)
        first = jnp.arange(max_new_tokens) == 0
        empty = self.model.empty_cache(rows, max_new_tokens)
        # The blocks share arrays, and a step wants to reuse the memory of each.
        cache = jax.tree.map(jnp.copy, Seq2SeqCache(empty, contexts))
        valid = jnp.broadcast_to(first, token_ids.shape)
        return DecodingState(cache, token_ids, valid, jnp.zeros(rows, bool))

    # Pure functions, each compiled once

    def _encode(
        self,
        parameters: Any,
        token_ids: Int[Array, "batch source"],
        mask: Bool[Array, "batch source"],
    ) -> tuple[Context, ...]:
        return nnx.merge(self.graph, parameters).encode(token_ids, mask)

    def _forward(
        self,
        parameters: Any,
        cache: Seq2SeqCache,
        token_ids: Int[Array, "batch new"],
        valid: Bool[Array, "batch capacity"],
    ) -> tuple[Float[Array, "batch vocab"], Seq2SeqCache]:
        """Logits after the new tokens, and the cache with them."""
        output = nnx.merge(self.graph, parameters).decode(
            token_ids, cache.source, valid, past_key_values=cache.target
        )
        return output.logits[:, -1], Seq2SeqCache(output.past_key_values, cache.source)
