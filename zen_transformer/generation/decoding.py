"""Generate text token by token, each from the logits of the last position.

    z_t     = logits(x_1 … x_t)              of one new token: the keys and values of those before
                                             are kept (layers/key_value_cache.py)
    x_{t+1} = sample(process_logits(z_t))    sampling.py

Prompts of different lengths are padded on the left, so that all rows continue at the same position.
One compiled step serves for all lengths.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Int, Key

from zen_transformer.errors import UserError
from zen_transformer.generation.beams import BeamSearch, Hypotheses, beam_search, repeat_rows
from zen_transformer.generation.sampling import (
    NO_TOKEN,
    Sampling,
    TextLengths,
    check_seeds,
    greedy,
    process_logits,
    row_keys,
    sample,
)
from zen_transformer.layers.cross_entropy import log_sum_exp
from zen_transformer.models.compilation import next_power_of_two

AllowedTokens = Callable[
    [list[list[int]], Float[np.ndarray, "batch vocab"]], Bool[np.ndarray, "batch vocab"]
]
"""Takes the tokens generated so far in each row and the logits of the next one; returns which
tokens may come next."""


class DecodingState(NamedTuple):
    """Everything that generation carries from one step to the next."""

    cache: Any
    """What the model keeps of the tokens it has read; `cache.length` is their number."""
    token_ids: Int[Array, "batch capacity"]
    """Prompts and generated tokens, at the positions of the cache."""
    valid: Bool[Array, "batch capacity"]
    """False for padding and for positions that are still empty."""
    finished: Bool[Array, " batch"]
    """Rows that have ended."""


class BeamState(NamedTuple):
    """What beam search carries for each beam: `DecodingState` without what has ended."""

    cache: Any
    token_ids: Int[Array, "rows capacity"]
    valid: Bool[Array, "rows capacity"]
    lengths: TextLengths


class Generator:
    """Generates continuations of prompts with a GPT.

    Subclasses adapt it to other models by their own `prefill` and `_forward`.

    Args:
        model: the model.
        eos_token_ids: tokens that end a text.
        pieces: number of tokens that the tokenizer has. A model may have more rows, which fill its
            table up to a round number; their tokens are never generated.
    """

    def __init__(self, model: Any, eos_token_ids: Sequence[int] = (), *, pieces: int | None = None):
        self.model, self.eos_token_ids, self.pieces = model, tuple(eos_token_ids), pieces
        self.graph, variables = nnx.split(model)
        self.parameters = nnx.to_pure_dict(variables)
        self._compiled_forward = jax.jit(self._forward)
        self._compiled_logits = jax.jit(self._next_logits, donate_argnums=1)
        self._compiled_choice = jax.jit(
            self._next_tokens, static_argnames="sampling", donate_argnums=0
        )
        self._compiled_step = jax.jit(self._step, static_argnames="sampling", donate_argnums=1)
        self._compiled_beam_step = jax.jit(
            self._beam_step, static_argnames=("sampling", "eos_token_ids")
        )

    def stream(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        *,
        max_new_tokens: int,
        seeds: Sequence[int] | None = None,
        allowed: AllowedTokens | None = None,
    ) -> Iterator[Int[np.ndarray, " batch"]]:
        """Yield the next token of each row until all rows have ended.

        A row that has ended, or for which no token is allowed, yields `NO_TOKEN`.

        Args:
            prompts: token ids, at least one in each.
            sampling: how a token is chosen.
            max_new_tokens: maximum number of tokens to generate.
            seeds: one for each row, on which alone its draws depend; 0, 1, 2, … if not given.
            allowed: called before each step; a row for which it allows no token ends.

        Raises:
            UserError: an empty prompt, or one that leaves no room for `max_new_tokens`.
        """
        state = self.prefill(prompts, max_new_tokens)
        seeds = range(len(prompts)) if seeds is None else seeds
        check_seeds(seeds)
        row_seeds = jnp.array(seeds, int)
        lengths = _text_lengths(state, max_new_tokens)
        generated: list[list[int]] = [[] for _ in prompts]
        for step in range(max_new_tokens):
            keys = row_keys(row_seeds, step)
            if allowed is None:
                state, tokens = self._compiled_step(
                    self.parameters, state, keys, lengths, sampling=sampling
                )
            else:
                state, logits = self._compiled_logits(self.parameters, state)
                mask = jnp.asarray(allowed(generated, np.asarray(logits)))
                state, tokens = self._compiled_choice(
                    state, logits, keys, lengths, mask, sampling=sampling
                )
            column = np.asarray(tokens)
            for row, token in zip(generated, column.tolist(), strict=True):
                row += [token] if token != NO_TOKEN else []
            yield column
            if bool(state.finished.all()):
                return

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        *,
        keep_ends: bool = False,
        **options: Any,
    ) -> list[list[int]]:
        """Return what `stream` generates for each prompt.

        Args:
            prompts, sampling, options: as for `stream`.
            keep_ends: keep the tokens that end a text.
        """
        columns = list(self.stream(prompts, sampling, **options))
        dropped = {NO_TOKEN} if keep_ends else {NO_TOKEN, *self.eos_token_ids}
        rows = np.stack(columns, axis=1).tolist() if columns else [[] for _ in prompts]
        return [[token for token in row if token not in dropped] for row in rows]

    def beam_search(
        self,
        prompts: Sequence[Sequence[int]],
        settings: BeamSearch,
        sampling: Sampling = Sampling(do_sample=False),
    ) -> Hypotheses:
        """Return the likeliest continuations that beam search finds (beams.py).

        Args:
            prompts: token ids, at least one in each.
            settings: of the search.
            sampling: what is done to log p of the next tokens before it is added to a beam's score,
                such as a repetition penalty or a minimum length.

        Raises:
            UserError: as `stream`, or `sampling` is to draw, which beams do not.
        """
        if sampling.do_sample:
            raise UserError("do_sample is True: beams are searched, not drawn; set it to False")
        state = self.prefill(prompts, settings.max_new_tokens)
        last = state.token_ids[:, state.cache.length]
        lengths = _text_lengths(state, settings.max_new_tokens)
        one_row_each = BeamState(state.cache, state.token_ids, state.valid, lengths)
        how = {"sampling": sampling, "eos_token_ids": settings.eos_token_ids}
        step = partial(self._compiled_beam_step, self.parameters, **how)
        return beam_search(step, repeat_rows(one_row_each, settings.num_beams), last, settings)

    def prefill(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> DecodingState:
        """Read all tokens of the prompts but their last ones.

        The width read and the capacity are rounded up to powers of two, so that few programs have
        to be compiled.

        Raises:
            UserError: an empty prompt, or one that leaves no room for `max_new_tokens`.
        """
        longest, positions = max(map(len, prompts), default=0), self.model.config.n_positions
        if not all(map(len, prompts)) or not longest:
            raise UserError("a prompt is empty: give at least one word to go on from")
        if longest + max_new_tokens > positions:
            raise UserError(
                f"a prompt of {longest} tokens and {max_new_tokens} new ones were asked for, the "
                f"model has {positions} positions: shorten the prompt, or ask for at most "
                f"{max(positions - longest, 0)} new tokens"
            )
        width = min(next_power_of_two(longest), positions - max_new_tokens)
        capacity = min(next_power_of_two(width + max_new_tokens), positions)
        token_ids = np.zeros((len(prompts), capacity), np.int32)
        valid = np.zeros((len(prompts), capacity), bool)
        for row, prompt in enumerate(prompts):
            token_ids[row, width - len(prompt) : width] = prompt
            valid[row, width - len(prompt) : width] = True
        cache = self.model.empty_cache(len(prompts), capacity)
        if width > 1:
            read = jnp.asarray(token_ids[:, : width - 1])
            _, cache = self._compiled_forward(self.parameters, cache, read, jnp.asarray(valid))
        finished = jnp.zeros(len(prompts), bool)
        return DecodingState(cache, jnp.asarray(token_ids), jnp.asarray(valid), finished)

    # Pure functions, each compiled once

    def _forward(
        self,
        parameters: Any,
        cache: Any,
        token_ids: Int[Array, "batch new"],
        valid: Bool[Array, "batch capacity"],
    ) -> tuple[Float[Array, "batch vocab"], Any]:
        """Logits after the new tokens, and the cache with them. A token's position is the number of
        valid tokens before it."""
        before = jnp.cumsum(valid, axis=1) - 1
        positions = jax.lax.dynamic_slice_in_dim(before, cache.length, token_ids.shape[1], axis=1)
        model = nnx.merge(self.graph, parameters)
        output = model(token_ids, valid, jnp.maximum(positions, 0), past_key_values=cache)
        return output.logits[:, -1], output.past_key_values

    def _step(
        self,
        parameters: Any,
        state: DecodingState,
        keys: Key[Array, " batch"],
        lengths: TextLengths,
        sampling: Sampling,
    ) -> tuple[DecodingState, Int[Array, " batch"]]:
        """Generate one token in each row."""
        state, logits = self._next_logits(parameters, state)
        return self._next_tokens(state, logits, keys, lengths, None, sampling)

    def _next_logits(
        self, parameters: Any, state: DecodingState
    ) -> tuple[DecodingState, Float[Array, "batch vocab"]]:
        """Read the last token of each row."""
        cache, token_ids, valid, _ = state
        last = jax.lax.dynamic_slice_in_dim(token_ids, cache.length, 1, axis=1)
        logits, cache = self._forward(parameters, cache, last, valid)
        return state._replace(cache=cache), self._of_pieces(logits)

    def _of_pieces(self, logits: Float[Array, "rows vocab"]) -> Float[Array, "rows vocab"]:
        """Take the tokens out that are none of the tokenizer's."""
        return logits if self.pieces is None else logits.at[:, self.pieces :].set(-jnp.inf)

    def _next_tokens(
        self,
        state: DecodingState,
        logits: Float[Array, "batch vocab"],
        keys: Key[Array, " batch"],
        lengths: TextLengths,
        allowed: Bool[Array, "batch vocab"] | None,
        sampling: Sampling,
    ) -> tuple[DecodingState, Int[Array, " batch"]]:
        """Choose the next token of each row and write it behind the tokens read."""
        cache, token_ids, valid, finished = state
        logits = process_logits(
            logits,
            sampling,
            token_ids,
            valid,
            lengths=lengths,
            eos_token_ids=self.eos_token_ids,
            allowed=allowed,
        )
        chosen = sample(logits, keys) if sampling.do_sample else greedy(logits)
        tokens = jnp.where(finished, NO_TOKEN, chosen)
        exists = tokens != NO_TOKEN
        written = jnp.maximum(tokens, 0).astype(token_ids.dtype)
        token_ids = token_ids.at[:, cache.length].set(written, mode="drop")
        valid = valid.at[:, cache.length].set(exists, mode="drop")
        ended = jnp.isin(tokens, jnp.array(self.eos_token_ids, int)) | ~exists
        return DecodingState(cache, token_ids, valid, finished | ended), tokens

    def _beam_step(
        self,
        parameters: Any,
        state: BeamState,
        tokens: Int[Array, " rows"],
        sampling: Sampling,
        eos_token_ids: tuple[int, ...],
    ) -> tuple[Float[Array, "rows vocab"], BeamState]:
        """Read the last token of each beam; log p of the next one, as `sampling` changes it."""
        cache, token_ids, valid, lengths = state
        token_ids = token_ids.at[:, cache.length].set(tokens.astype(token_ids.dtype))
        valid = valid.at[:, cache.length].set(True)
        logits, cache = self._forward(parameters, cache, tokens[:, None], valid)
        logits = self._of_pieces(logits)
        scores = process_logits(
            logits - log_sum_exp(logits)[:, None],
            sampling,
            token_ids,
            valid,
            lengths=lengths,
            eos_token_ids=eos_token_ids,
        )
        return scores, BeamState(cache, token_ids, valid, lengths)


def _text_lengths(state: DecodingState, max_new_tokens: int) -> TextLengths:
    """The lengths of the prompts that were read, and with the tokens that may be generated."""
    prompts = jnp.sum(state.valid, axis=1)
    return TextLengths(prompts, prompts + max_new_tokens)
