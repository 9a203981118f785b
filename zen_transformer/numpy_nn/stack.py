"""The stack of blocks.  Vaswani et al. 2017, section 3.1.

A block is two sub-layers, each with a residual connection and a LayerNorm. In BERT the
LayerNorm stands behind the sum ("post-norm"), in GPT-2 before the sub-layer ("pre-norm"):

    post-norm      a = LayerNorm(x + MultiHead(x))          y = LayerNorm(a + FFN(a))
    pre-norm       a = x + MultiHead(LayerNorm(x))          y = a + FFN(LayerNorm(a))

The residual connection y = x + f(x) has the gradient dx = dy + (what comes back through f):
on one of its two ways the gradient passes unchanged, through however many blocks. In
post-norm a LayerNorm stands in that way, in pre-norm nothing does.
"""

from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, Float

from zen_transformer.numpy_nn.activations import ACTIVATIONS
from zen_transformer.numpy_nn.attention import (
    multi_head_attention,
    multi_head_attention_backward,
)
from zen_transformer.numpy_nn.feed_forward import feed_forward, feed_forward_backward
from zen_transformer.numpy_nn.linear import Weights
from zen_transformer.numpy_nn.normalization import layer_norm, layer_norm_backward


class Shape(Protocol):
    """What a block has to know and cannot see from its weights: `BertConfig` has it."""

    @property
    def num_attention_heads(self) -> int: ...
    @property
    def layer_norm_eps(self) -> float: ...
    @property
    def hidden_act(self) -> str: ...


def block(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
    pre_norm: bool = False,
) -> tuple[Float[np.ndarray, "tokens hidden"], Float[np.ndarray, "batch heads length keys"]]:
    """The block's output and its attention weights."""
    first, second = _norms(parameters, config)
    heads = config.num_attention_heads
    attended, weights = multi_head_attention(
        parameters["attention"], layer_norm(x, **first) if pre_norm else x, mask, heads
    )
    a = x + attended if pre_norm else layer_norm(x + attended, **first)
    expanded = feed_forward(
        layer_norm(a, **second) if pre_norm else a, **_feed_forward(parameters, config)
    )
    return a + expanded if pre_norm else layer_norm(a + expanded, **second), weights


def block_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
    pre_norm: bool = False,
) -> tuple[Weights, np.ndarray]:
    """d parameters, dx: the second sub-layer, then the first."""
    backward = _pre_norm_backward if pre_norm else _post_norm_backward
    return backward(dy, parameters, x, mask, config)


def _post_norm_backward(
    dy: np.ndarray, parameters: Weights, x: np.ndarray, mask: np.ndarray, config: Shape
) -> tuple[Weights, np.ndarray]:
    """With s = x + MultiHead(x), a = LayerNorm(s), r = a + FFN(a), y = LayerNorm(r):

    dr by the LayerNorm          da = dr + FFN's dx, given dr
    ds by the LayerNorm          dx = ds + MultiHead's dx, given ds
    """
    first, second = _norms(parameters, config)
    heads, maps = config.num_attention_heads, _feed_forward(parameters, config)
    s = x + multi_head_attention(parameters["attention"], x, mask, heads)[0]
    a = layer_norm(s, **first)
    r = a + feed_forward(a, **maps)

    dr, *dsecond = layer_norm_backward(dy, r, **second)
    da, *dmaps = feed_forward_backward(dr, a, **maps)
    ds, *dfirst = layer_norm_backward(dr + da, s, **first)
    dattention, dx, _ = multi_head_attention_backward(ds, parameters["attention"], x, mask, heads)
    return _gradients(dattention, dfirst, dmaps, dsecond), ds + dx


def _pre_norm_backward(
    dy: np.ndarray, parameters: Weights, x: np.ndarray, mask: np.ndarray, config: Shape
) -> tuple[Weights, np.ndarray]:
    """With u = LayerNorm(x), a = x + MultiHead(u), v = LayerNorm(a), y = a + FFN(v):

    dv by FFN, given dy                da = dy + LayerNorm's dx, given dv
    du by MultiHead, given da          dx = da + LayerNorm's dx, given du
    """
    first, second = _norms(parameters, config)
    heads, maps = config.num_attention_heads, _feed_forward(parameters, config)
    u = layer_norm(x, **first)
    a = x + multi_head_attention(parameters["attention"], u, mask, heads)[0]
    v = layer_norm(a, **second)

    dv, *dmaps = feed_forward_backward(dy, v, **maps)
    through_norm, *dsecond = layer_norm_backward(dv, a, **second)
    da = dy + through_norm
    dattention, du, _ = multi_head_attention_backward(da, parameters["attention"], u, mask, heads)
    through_norm, *dfirst = layer_norm_backward(du, x, **first)
    return _gradients(dattention, dfirst, dmaps, dsecond), da + through_norm


def _norms(parameters: Weights, config: Shape) -> list[dict[str, Any]]:
    """The arguments of the two LayerNorms."""
    epsilon = {"epsilon": config.layer_norm_eps}
    return [parameters[name] | epsilon for name in ("attention_norm", "feed_forward_norm")]


def _feed_forward(parameters: Weights, config: Shape) -> dict[str, Any]:
    """The arguments of the feed-forward network."""
    maps = parameters["feed_forward"]
    return {
        "in_kernel": maps["input"]["kernel"],
        "in_bias": maps["input"]["bias"],
        "out_kernel": maps["output"]["kernel"],
        "out_bias": maps["output"]["bias"],
        "activation": ACTIVATIONS[config.hidden_act],
    }


def _gradients(attention: Weights, first: list, maps: list, second: list) -> Weights:
    """The nested dict of a block."""
    in_kernel, in_bias, out_kernel, out_bias = maps
    return {
        "attention": attention,
        "attention_norm": dict(zip(("scale", "bias"), first, strict=True)),
        "feed_forward": {
            "input": {"kernel": in_kernel, "bias": in_bias},
            "output": {"kernel": out_kernel, "bias": out_bias},
        },
        "feed_forward_norm": dict(zip(("scale", "bias"), second, strict=True)),
    }


def stack(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Every hidden state, the input's first, and every block's attention weights; `parameters`
    has the blocks under 0, 1, 2, …"""
    states, attentions = [x], []
    for number in range(len(parameters)):
        x, weights = block(parameters[number], x, mask, config)
        states.append(x)
        attentions.append(weights)
    return states, attentions


def stack_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    states: list[np.ndarray],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
) -> tuple[Weights, np.ndarray]:
    """d parameters, dx: the last block first, each at the hidden state that went into it."""
    gradients = {}
    for number in reversed(range(len(parameters))):
        gradients[number], dy = block_backward(dy, parameters[number], states[number], mask, config)
    return gradients, dy
