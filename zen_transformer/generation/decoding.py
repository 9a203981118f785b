"""A text goes on: token after token, from the logits of the last.

    z_t     = logits(x_1 … x_t)          of one new token: the keys and values of those before are
                                         kept (layers/key_value_cache.py)
    x_{t+1} = sample(process_logits(z_t))      sampling.py

Prompts of different length stand at the right of one table, with padding before them, so that all
of them go on at the same place. One compiled step serves for all lengths.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from zen_transformer.errors import UserError
from zen_transformer.generation.beams import BeamSearch, Hypotheses, beam_search, repeat_rows
from zen_transformer.generation.sampling import (
    NO_TOKEN,
    Sampling,
    greedy,
    process_logits,
    row_keys,
    sample,
)
from zen_transformer.objectives.cross_entropy import log_sum_exp

Allowed = Callable[
    [list[list[int]], Float[np.ndarray, "batch vocab"]], Bool[np.ndarray, "batch vocab"]
]
"""Of the tokens written to each row so far, and the logits of the next: which may come."""


class DecodingState(NamedTuple):
    """The texts so far: their tokens at the places of the cache, and which of these are text."""

    cache: Any
    """What the model keeps of what it read, with its `length`."""
    token_ids: Int[Array, "batch capacity"]
    valid: Bool[Array, "batch capacity"]
    finished: Bool[Array, " batch"]


class Generator:
    """Goes on with texts.

    Args:
        model: a GPT; of what else writes a subclass knows how it is begun and run.
        end_ids: tokens that end a text.
    """

    def __init__(self, model: Any, end_ids: Sequence[int] = ()):
        self.model, self.end_ids = model, tuple(end_ids)
        self.graph, state = nnx.split(model)
        self.parameters = nnx.to_pure_dict(state)
        self._read = jax.jit(self._run)
        self._look = jax.jit(self._next_logits, donate_argnums=1)
        self._choose = jax.jit(self._next_tokens, static_argnames="sampling", donate_argnums=0)
        self._step = jax.jit(self._advance, static_argnames="sampling", donate_argnums=1)

    def stream(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        *,
        max_new_tokens: int,
        seeds: Sequence[int] | None = None,
        allowed: Allowed | None = None,
    ) -> Iterator[Int[np.ndarray, " batch"]]:
        """The next token of each text, again and again, until all have ended; `NO_TOKEN` for one
        that has, or to which nothing may be added.

        Args:
            prompts: ids, at least one in each.
            sampling: how a token is chosen.
            max_new_tokens: at most so many.
            seeds: one for each text, if its draws are to depend on that alone; 0, 1, 2, … if not
                given.
            allowed: asked before each token; where it allows none, the text ends.

        Raises:
            UserError: an empty prompt, or one that leaves no room for so many tokens.
        """
        written, rows = self.begin(prompts, max_new_tokens), len(prompts)
        numbers = jnp.array(range(rows) if seeds is None else seeds, int)
        lengths = jnp.array([len(prompt) for prompt in prompts])
        texts: list[list[int]] = [[] for _ in prompts]
        for step in range(max_new_tokens):
            keys = row_keys(numbers, step)
            if allowed is None:
                written, tokens = self._step(
                    self.parameters, written, keys, lengths, sampling=sampling
                )
            else:
                written, logits = self._look(self.parameters, written)
                mask = jnp.asarray(allowed(texts, np.asarray(logits)))
                written, tokens = self._choose(
                    written, logits, keys, lengths, mask, sampling=sampling
                )
            found = np.asarray(tokens)
            for text, token in zip(texts, found.tolist(), strict=True):
                text += [token] if token != NO_TOKEN else []
            yield found
            if bool(written.finished.all()):
                return

    def generate(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, **options: Any
    ) -> list[list[int]]:
        """What `stream` writes to each prompt, without the tokens that end it."""
        columns = list(self.stream(prompts, sampling, **options))
        ends = {NO_TOKEN, *self.end_ids}
        rows = np.stack(columns, axis=1).tolist() if columns else [[] for _ in prompts]
        return [[token for token in row if token not in ends] for row in rows]

    def beams(self, prompts: Sequence[Sequence[int]], settings: BeamSearch) -> Hypotheses:
        """The likeliest texts (beams.py)."""
        written = self.begin(prompts, settings.max_new_tokens)
        last = written.token_ids[:, written.cache.length]
        state = repeat_rows((written.cache, written.valid), settings.num_beams)
        return beam_search(jax.jit(self._log_probabilities), state, last, settings)

    def begin(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> DecodingState:
        """All of the prompts is read but their last tokens. The width that is read, and the room
        that there is, are rounded up to powers of two, so that few programs have to be compiled.

        Raises:
            UserError: as `stream`.
        """
        longest, places = max(map(len, prompts), default=0), self.model.config.n_positions
        if not all(map(len, prompts)) or not longest:
            raise UserError("a prompt is empty: give at least one word to go on from")
        if longest + max_new_tokens > places:
            raise UserError(
                f"a prompt of {longest} tokens and {max_new_tokens} new ones were asked for, the "
                f"model has {places} positions: shorten the prompt, or ask for at most "
                f"{max(places - longest, 0)} new tokens"
            )
        width = min(_power_of_two(longest), places - max_new_tokens)
        capacity = min(_power_of_two(width + max_new_tokens), places)
        token_ids = np.zeros((len(prompts), capacity), np.int32)
        valid = np.zeros((len(prompts), capacity), bool)
        for row, prompt in enumerate(prompts):
            token_ids[row, width - len(prompt) : width] = prompt
            valid[row, width - len(prompt) : width] = True
        cache = self.model.empty_cache(len(prompts), capacity)
        if width > 1:
            given = jnp.asarray(token_ids[:, : width - 1]), jnp.asarray(valid)
            _, cache = self._read(self.parameters, cache, *given)
        finished = jnp.zeros(len(prompts), bool)
        return DecodingState(cache, jnp.asarray(token_ids), jnp.asarray(valid), finished)

    # Pure, and compiled once

    def _run(
        self, parameters: Any, cache: Any, new: Int[Array, "batch new"], valid: Any
    ) -> tuple[Array, Any]:
        """Logits after the new tokens, and the cache with them. The place of a token in its text is
        how many tokens of it stand before."""
        before = jnp.cumsum(valid, axis=1) - 1
        places = jax.lax.dynamic_slice_in_dim(before, cache.length, new.shape[1], axis=1)
        model = nnx.merge(self.graph, parameters)
        output = model(new, valid, jnp.maximum(places, 0), past_key_values=cache)
        return output.logits[:, -1], output.past_key_values

    def _advance(
        self,
        parameters: Any,
        written: DecodingState,
        keys: Any,
        prompt_lengths: Int[Array, " batch"],
        sampling: Sampling,
    ) -> tuple[DecodingState, Int[Array, " batch"]]:
        """One token more."""
        written, logits = self._next_logits(parameters, written)
        return self._next_tokens(written, logits, keys, prompt_lengths, None, sampling)

    def _next_logits(self, parameters: Any, written: DecodingState) -> tuple[DecodingState, Array]:
        """The last token is read."""
        cache, token_ids, valid, _ = written
        last = jax.lax.dynamic_slice_in_dim(token_ids, cache.length, 1, axis=1)
        logits, cache = self._run(parameters, cache, last, valid)
        return written._replace(cache=cache), logits

    def _next_tokens(
        self,
        written: DecodingState,
        logits: Float[Array, "batch vocab"],
        keys: Any,
        prompt_lengths: Int[Array, " batch"],
        allowed: Bool[Array, "batch vocab"] | None,
        sampling: Sampling,
    ) -> tuple[DecodingState, Int[Array, " batch"]]:
        """The next one is chosen, and stands behind what was read."""
        cache, token_ids, valid, finished = written
        logits = process_logits(
            logits,
            sampling,
            token_ids,
            valid,
            prompt_length=prompt_lengths,
            eos_token_ids=self.end_ids,
            allowed=allowed,
        )
        drawn = sample(logits, keys) if sampling.do_sample else greedy(logits)
        tokens = jnp.where(finished, NO_TOKEN, drawn)
        real = tokens != NO_TOKEN
        token_ids = token_ids.at[:, cache.length].set(jnp.maximum(tokens, 0), mode="drop")
        valid = valid.at[:, cache.length].set(real, mode="drop")
        ended = jnp.isin(tokens, jnp.array(self.end_ids, int)) | ~real
        return DecodingState(cache, token_ids, valid, finished | ended), tokens

    def _log_probabilities(
        self, state: tuple[Any, Any], tokens: Int[Array, " rows"]
    ) -> tuple[Array, tuple[Any, Any]]:
        """A step of `beam_search`. All places from the last token on count as text."""
        cache, valid = state
        valid = valid.at[:, cache.length].set(True)
        logits, cache = self._run(self.parameters, cache, tokens[:, None], valid)
        return logits - log_sum_exp(logits)[:, None], (cache, valid)


def _power_of_two(count: int) -> int:
    """The smallest that is not less."""
    return 2 ** (count - 1).bit_length()
