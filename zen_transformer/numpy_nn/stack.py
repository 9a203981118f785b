"""The stack of blocks.  Vaswani et al. 2017, section 3.1.

A block is a few sub-layers, each with a residual connection and a LayerNorm. In BERT the
LayerNorm stands behind the sum ("post-norm"), in GPT-2 before the sub-layer ("pre-norm"):

    post-norm      y = LayerNorm(x + f(x))
    pre-norm       y = x + f(LayerNorm(x))

f is attention and then the feed-forward network; in a decoder that reads another sequence C,
between the two, attention to C.

The residual connection y = x + f(x) has the gradient dx = dy + (what comes back through f):
on one of its two ways the gradient passes unchanged, through however many blocks. In
post-norm a LayerNorm stands in that way, in pre-norm nothing does.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

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


class Context(NamedTuple):
    """Another sequence, and who may look at what of it."""

    states: Float[np.ndarray, "context_tokens hidden"]
    mask: Bool[np.ndarray, "batch #heads #length keys"]


class BlockOutput(NamedTuple):
    """The vectors that go on, and the attention weights."""

    hidden: Float[np.ndarray, "tokens hidden"]
    weights: Float[np.ndarray, "batch heads length keys"] | None
    cross_weights: Float[np.ndarray, "batch heads length keys"] | None = None


class Sublayer(NamedTuple):
    """f, and its way back."""

    name: str
    forward: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    """f(x), and the attention weights if there are any."""
    backward: Callable[[np.ndarray, np.ndarray], tuple[Weights, np.ndarray, np.ndarray | None]]
    """Of dy and x: d parameters, dx, and dC if f reads C."""


def sublayers(
    parameters: Weights, mask: np.ndarray, config: Shape, context: Context | None
) -> list[Sublayer]:
    """Those of a block, in order."""
    heads, maps = config.num_attention_heads, _feed_forward(parameters, config)

    def attention(name: str, mask: np.ndarray, *looked_at: np.ndarray) -> Sublayer:
        weights = parameters[name]
        return Sublayer(
            name,
            lambda x: multi_head_attention(weights, x, mask, heads, *looked_at),
            lambda dy, x: multi_head_attention_backward(dy, weights, x, mask, heads, *looked_at),
        )

    def expand_backward(dy: np.ndarray, x: np.ndarray) -> tuple[Weights, np.ndarray, None]:
        dx, in_kernel, in_bias, out_kernel, out_bias = feed_forward_backward(dy, x, **maps)
        first = {"kernel": in_kernel, "bias": in_bias}
        return {"input": first, "output": {"kernel": out_kernel, "bias": out_bias}}, dx, None

    expand = Sublayer("feed_forward", lambda x: (feed_forward(x, **maps), None), expand_backward)
    read = [attention("cross_attention", context.mask, context.states)] if context else []
    return [attention("attention", mask), *read, expand]


def block(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
    pre_norm: bool = False,
    context: Context | None = None,
) -> BlockOutput:
    """What comes out of the block, and its attention weights."""
    weights = {}
    for sublayer in sublayers(parameters, mask, config, context):
        norm = _norm(parameters, sublayer, config)
        y, weights[sublayer.name] = sublayer.forward(norm(x) if pre_norm else x)
        x = x + y if pre_norm else norm(x + y)
    return BlockOutput(x, weights["attention"], weights.get("cross_attention"))


def block_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
    pre_norm: bool = False,
    context: Context | None = None,
) -> tuple[Weights, np.ndarray, np.ndarray | None]:
    """d parameters, dx, and dC: the last sub-layer first, each at the x that went into it.

    post-norm, s = x + f(x), y = LayerNorm(s):     ds by the LayerNorm
                                                   dx = ds + f's dx, given ds
    pre-norm,  u = LayerNorm(x), y = x + f(u):     du by f, given dy
                                                   dx = dy + the LayerNorm's dx, given du
    """
    steps = []
    for sublayer in sublayers(parameters, mask, config, context):
        norm = _norm(parameters, sublayer, config)
        read = norm(x) if pre_norm else x
        y, _ = sublayer.forward(read)
        steps.append((sublayer, x, read, x + y))
        x = x + y if pre_norm else norm(x + y)
    gradients: Weights = {}
    dcontext = None
    for sublayer, x, read, s in reversed(steps):
        norm_name = f"{sublayer.name}_norm"
        norm_arguments = parameters[norm_name] | {"epsilon": config.layer_norm_eps}
        if pre_norm:
            gradients[sublayer.name], du, found = sublayer.backward(dy, read)
            dx, *dnorm = layer_norm_backward(du, x, **norm_arguments)
            dy = dy + dx
        else:
            ds, *dnorm = layer_norm_backward(dy, s, **norm_arguments)
            gradients[sublayer.name], dx, found = sublayer.backward(ds, read)
            dy = ds + dx
        gradients[norm_name] = dict(zip(("scale", "bias"), dnorm, strict=True))
        dcontext = dcontext if found is None else found
    return gradients, dy, dcontext


def _norm(parameters: Weights, sublayer: Sublayer, config: Shape) -> Callable[..., np.ndarray]:
    """The LayerNorm of a sub-layer."""
    weights, epsilon = parameters[f"{sublayer.name}_norm"], config.layer_norm_eps
    return lambda x: layer_norm(x, **weights, epsilon=epsilon)


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


class StackOutput(NamedTuple):
    """Every hidden state, the input's first, and every block's attention weights."""

    states: list[np.ndarray]
    attentions: list[Any]
    cross_attentions: list[Any]


def stack(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
    pre_norm: bool = False,
    context: Context | None = None,
) -> StackOutput:
    """What comes out of every block; `parameters` has the blocks under 0, 1, 2, …"""
    outputs: list[BlockOutput] = []
    for number in range(len(parameters)):
        read = outputs[-1].hidden if outputs else x
        outputs.append(block(parameters[number], read, mask, config, pre_norm, context))
    return StackOutput(
        [x, *(output.hidden for output in outputs)],
        [output.weights for output in outputs],
        [output.cross_weights for output in outputs],
    )


def stack_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    states: list[np.ndarray],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: Shape,
    pre_norm: bool = False,
    context: Context | None = None,
) -> tuple[Weights, np.ndarray, np.ndarray | None]:
    """d parameters, dx, and dC: the last block first, each at the hidden state that went into it.
    Every block reads C, so dC is the sum of what comes back from all."""
    gradients, dcontext = {}, None
    for number in reversed(range(len(parameters))):
        gradients[number], dy, found = block_backward(
            dy, parameters[number], states[number], mask, config, pre_norm, context
        )
        if found is not None:
            dcontext = found if dcontext is None else dcontext + found
    return gradients, dy, dcontext
