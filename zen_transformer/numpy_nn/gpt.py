"""GPT-2: BERT's block in pre-norm form under a causal mask.  Radford et al. 2019.

    x      = T[w] + P[i]
    h      = LayerNorm(block_L(… block_1(x)))      stack.py, pre-norm; query i attends to keys j ≤ i
    logits = h Tᵀ                                  the next token, at every position

Dropout (dropout.py) is left out; it would be applied after the embeddings and to the output of
every sub-layer.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped

from zen_transformer.numpy_nn.embeddings import embedding, embedding_backward
from zen_transformer.numpy_nn.linear import Weights
from zen_transformer.numpy_nn.masks import causal_mask, padding_mask
from zen_transformer.numpy_nn.normalization import layer_norm, layer_norm_backward
from zen_transformer.numpy_nn.stack import BlockConfig, stack, stack_backward

Ids = Int[np.ndarray, "batch length"]


class GPTOutput(NamedTuple):
    """The output of a GPT; the names are HuggingFace's."""

    logits: Float[np.ndarray, "batch length vocab"]
    hidden_states: list[np.ndarray]
    attentions: list[np.ndarray]


def gpt(
    parameters: Weights,
    input_ids: Ids,
    attention_mask: Shaped[np.ndarray, "batch length"],
    position_ids: Int[np.ndarray, "#batch length"],
    config: BlockConfig,
) -> GPTOutput:
    """Compute the logits for the next token at every position.

    Args:
        parameters: `embeddings`, `decoder` and `norm`, nested as those of the JAX `GPTModel`.
        input_ids: w.
        attention_mask: 1 for real tokens, 0 for padding.
        position_ids: i.
        config: number of heads, ε and activation function; `GPTConfig` has them.
    """
    token, position = (parameters["embeddings"][name]["table"] for name in ("token", "position"))
    x = embedding(token, input_ids) + embedding(position, position_ids)
    states, attentions, _ = stack(
        parameters["decoder"]["layers"],
        x.reshape(-1, x.shape[-1]),
        _mask(attention_mask),
        config,
        pre_norm=True,
    )
    states = [state.reshape(x.shape) for state in states]
    states[-1] = layer_norm(states[-1], **_norm(parameters, config))
    return GPTOutput(states[-1] @ token.T, states, attentions)


def gpt_backward(
    dlogits: Float[np.ndarray, "batch length vocab"],
    parameters: Weights,
    input_ids: Ids,
    attention_mask: Shaped[np.ndarray, "batch length"],
    position_ids: Int[np.ndarray, "#batch length"],
    config: BlockConfig,
) -> Weights:
    """d parameters, given d logits.

    logits_iv = Σ_k h_ik T_vk uses the same table as the lookup, so dT is the sum of both gradients:

        dh = dlogits T          dT = dlogitsᵀ h + (the gradient through the lookup)
    """
    token, position = (parameters["embeddings"][name]["table"] for name in ("token", "position"))
    hidden = token.shape[1]
    x = embedding(token, input_ids) + embedding(position, position_ids)
    layers, mask = parameters["decoder"]["layers"], _mask(attention_mask)
    states = stack(layers, x.reshape(-1, hidden), mask, config, pre_norm=True).states
    h = layer_norm(states[-1], **_norm(parameters, config))

    flat = dlogits.reshape(-1, len(token))
    dtoken = flat.T @ h
    dlast, *dnorm = layer_norm_backward(flat @ token, states[-1], **_norm(parameters, config))
    dlayers, dx, _ = stack_backward(dlast, layers, states, mask, config, pre_norm=True)
    dx = dx.reshape(x.shape)
    dtoken += embedding_backward(dx, token, input_ids)
    dposition = embedding_backward(dx, position, np.broadcast_to(position_ids, input_ids.shape))
    return {
        "embeddings": {"token": {"table": dtoken}, "position": {"table": dposition}},
        "decoder": {"layers": dlayers},
        "norm": dict(zip(("scale", "bias"), dnorm, strict=True)),
    }


def _mask(attention_mask: np.ndarray) -> np.ndarray:
    return padding_mask(attention_mask) & causal_mask(attention_mask.shape[1])


def _norm(parameters: Weights, config: BlockConfig) -> dict[str, Any]:
    return parameters["norm"] | {"epsilon": config.layer_norm_eps}
