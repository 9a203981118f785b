"""How likely a GPT finds the tokens of a text.

s_i = −log p(w_i | w_1 … w_{i−1})       in nats, of every token but the first
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float

from zen_transformer.errors import UserError
from zen_transformer.layers.cross_entropy import log_sum_exp
from zen_transformer.models.compilation import next_power_of_two
from zen_transformer.models.gpt import GPTForCausalLM

BATCH_SIZE = 32
"""Number of texts read at once."""


def token_nll(
    model: GPTForCausalLM, texts: Sequence[Sequence[int]]
) -> list[Float[np.ndarray, " tokens"]]:
    """Compute the negative log-likelihood s_i of all tokens of each text but the first.

    The width read is rounded up to a power of two, so that few programs have to be compiled.

    Raises:
        UserError: a text longer than the model's positions.
    """
    longest, positions = max(map(len, texts), default=0), model.config.n_positions
    if longest > positions:
        raise UserError(
            f"a text has {longest} tokens, the model has {positions} positions: give it in parts"
        )
    graph, parameters = nnx.split(model)

    @jax.jit
    def compute(parameters, ids):
        logits = nnx.merge(graph, parameters)(ids[:, :-1]).logits
        of_next = jnp.take_along_axis(logits, ids[:, 1:, None], axis=-1)[..., 0]
        return log_sum_exp(logits) - of_next

    nlls: list[Float[np.ndarray, " tokens"]] = []
    width = min(next_power_of_two(max(longest, 2)), positions)
    for start in range(0, len(texts), BATCH_SIZE):
        batch = texts[start : start + BATCH_SIZE]
        ids = np.zeros((BATCH_SIZE if len(texts) > BATCH_SIZE else len(batch), width), np.int32)
        for row, text in enumerate(batch):
            ids[row, : len(text)] = text  # no token of a text sees the padding behind it
        rows = np.asarray(compute(parameters, ids))
        nlls += [row[: max(len(text) - 1, 0)] for row, text in zip(rows, batch, strict=False)]
    return nlls
