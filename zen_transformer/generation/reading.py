"""What a GPT computes while it reads a text: the material of pictures.

surprise of token i      −log p(w_i | w_1 … w_{i−1}), in nats; the first token has none
"""

from typing import NamedTuple

import jax
import numpy as np
from flax import nnx
from jaxtyping import Float

from zen_transformer.errors import UserError
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.cross_entropy import log_sum_exp
from zen_transformer.text.tokenizer import Tokenizer


class Reading(NamedTuple):
    """A text, token by token, and what the model made of it."""

    tokens: list[str]
    surprise: Float[np.ndarray, " length"]
    attentions: Float[np.ndarray, "layers heads length length"]
    hidden_states: Float[np.ndarray, "states length hidden"]


def read(model: GPTForCausalLM, tokenizer: Tokenizer, text: str) -> Reading:
    """Read a text.

    Raises:
        UserError: fewer than two tokens, or more than the model has positions.
    """
    ids = np.array([tokenizer.text_ids(text)], np.int32)
    if ids.shape[1] < 2:
        raise UserError(f"{text!r} is {ids.shape[1]} tokens long: give at least two")
    graph, parameters = nnx.split(model)

    @jax.jit
    def compute(parameters, ids):
        output = nnx.merge(graph, parameters)(
            ids, output_hidden_states=True, output_attentions=True
        )
        logits = output.logits[0, :-1]
        right = logits[np.arange(len(logits)), ids[0, 1:]]
        return log_sum_exp(logits) - right, output.attentions, output.hidden_states

    surprise, attentions, states = jax.device_get(compute(parameters, ids))
    return Reading(
        [tokenizer.decode([token]) for token in ids[0].tolist()],
        np.concatenate([[0.0], surprise]),
        np.stack(attentions)[:, 0],
        np.stack(states)[:, 0],
    )
