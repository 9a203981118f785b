"""How likely a GPT finds texts.

s_i = −log p(w_i | w_1 … w_{i−1})       the surprise of a token, in nats; the first has none
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float

from zen_transformer.errors import UserError
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.cross_entropy import log_sum_exp

ROWS = 32
"""Texts that are read at once."""


def token_nll(
    model: GPTForCausalLM, texts: Sequence[Sequence[int]]
) -> list[Float[np.ndarray, " tokens"]]:
    """s_i of all tokens of each text but the first. The widths read are rounded up to powers of
    two, so that few programs have to be compiled.

    Raises:
        UserError: a text longer than the model's positions.
    """
    longest, places = max(map(len, texts), default=0), model.config.n_positions
    if longest > places:
        raise UserError(
            f"a text has {longest} tokens, the model has {places} positions: give it in parts"
        )
    graph, parameters = nnx.split(model)

    @jax.jit
    def compute(parameters, ids):
        logits = nnx.merge(graph, parameters)(ids[:, :-1]).logits
        right = jnp.take_along_axis(logits, ids[:, 1:, None], axis=-1)[..., 0]
        return log_sum_exp(logits) - right

    found: list[Float[np.ndarray, " tokens"]] = []
    width = min(2 ** max(longest - 1, 1).bit_length(), places)
    for at in range(0, len(texts), ROWS):
        some = texts[at : at + ROWS]
        ids = np.zeros((ROWS if len(texts) > ROWS else len(some), width), np.int32)
        for row, text in enumerate(some):
            ids[row, : len(text)] = text  # what stands behind a text is seen by none of its tokens
        rows = np.asarray(compute(parameters, ids))
        found += [row[: max(len(text) - 1, 0)] for row, text in zip(rows, some, strict=False)]
    return found
