"""The stack of blocks.  Vaswani et al. 2017, section 3.1.

A block is a few sub-layers f, each with a residual connection and a LayerNorm. In BERT the
LayerNorm follows the sum ("post-norm"), in GPT-2 it precedes the sub-layer ("pre-norm"):

    post-norm      y = LayerNorm(x + f(x))
    pre-norm       y = x + f(LayerNorm(x))

The sub-layers are attention and the feed-forward network; in a decoder that reads another sequence
C, cross-attention to C is between the two.

The residual connection y = x + f(x) has the gradient dx = dy + (∂f/∂x)ᵀ dy: through its first term
the gradient passes unchanged, through any number of blocks. In post-norm a LayerNorm is in this
path, in pre-norm nothing is.
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


class BlockConfig(Protocol):
    """What a block needs besides its weights; `BertConfig` has these fields."""

    @property
    def num_attention_heads(self) -> int: ...
    @property
    def layer_norm_eps(self) -> float: ...
    @property
    def hidden_act(self) -> str: ...


class ContextStates(NamedTuple):
    """C, the hidden vectors of another sequence, and the mask of the cross-attention to it."""

    states: Float[np.ndarray, "context_tokens hidden"]
    mask: Bool[np.ndarray, "batch #heads #length keys"]


class BlockActivations(NamedTuple):
    """The output of a block and its attention weights."""

    hidden: Float[np.ndarray, "tokens hidden"]
    weights: Float[np.ndarray, "batch heads length keys"] | None
    cross_weights: Float[np.ndarray, "batch heads length keys"] | None = None


class Sublayer(NamedTuple):
    """f and its backward function."""

    name: str
    forward: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    """Returns f(x) and the attention weights, or None without attention."""
    backward: Callable[[np.ndarray, np.ndarray], tuple[Weights, np.ndarray, np.ndarray | None]]
    """Takes dy and x; returns d parameters, dx, and dC, or None if f does not read C."""


def sublayers(
    parameters: Weights, mask: np.ndarray, config: BlockConfig, context: ContextStates | None
) -> list[Sublayer]:
    """Build the sub-layers of a block, in order."""
    heads, maps = config.num_attention_heads, _feed_forward(parameters, config)

    def attention(name: str, mask: np.ndarray, c: np.ndarray | None = None) -> Sublayer:
        weights = parameters[name]
        return Sublayer(
            name,
            lambda x: multi_head_attention(weights, x, mask, heads, c),
            lambda dy, x: multi_head_attention_backward(dy, weights, x, mask, heads, c),
        )

    def network_backward(dy: np.ndarray, x: np.ndarray) -> tuple[Weights, np.ndarray, None]:
        dx, in_kernel, in_bias, out_kernel, out_bias = feed_forward_backward(dy, x, **maps)
        first = {"kernel": in_kernel, "bias": in_bias}
        return {"input": first, "output": {"kernel": out_kernel, "bias": out_bias}}, dx, None

    network = Sublayer("feed_forward", lambda x: (feed_forward(x, **maps), None), network_backward)
    cross = [attention("cross_attention", context.mask, context.states)] if context else []
    return [attention("attention", mask), *cross, network]


def block(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: BlockConfig,
    pre_norm: bool = False,
    context: ContextStates | None = None,
) -> BlockActivations:
    """Compute the output of a block and its attention weights.

    Args:
        parameters: `attention`, `attention_norm`, `feed_forward`, `feed_forward_norm` and, with a
            context, `cross_attention` and `cross_attention_norm`.
        x: hidden vectors, token by token.
        mask: True where a query may attend to a key.
        config: number of heads, ε and activation function.
        pre_norm: pre-norm instead of post-norm.
        context: the other sequence, for a block with cross-attention.
    """
    weights = {}
    for sublayer in sublayers(parameters, mask, config, context):
        norm = _norm(parameters, sublayer, config)
        y, weights[sublayer.name] = sublayer.forward(norm(x) if pre_norm else x)
        x = x + y if pre_norm else norm(x + y)
    return BlockActivations(x, weights["attention"], weights.get("cross_attention"))


def block_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: BlockConfig,
    pre_norm: bool = False,
    context: ContextStates | None = None,
) -> tuple[Weights, np.ndarray, np.ndarray | None]:
    """d parameters, dx, and dC (None without a context). The last sub-layer comes first, each with
    the x that was its input.

    post-norm, s = x + f(x), y = LayerNorm(s):     dy → ds by the LayerNorm
                                                   dx = ds + (ds → dx by f)
    pre-norm,  u = LayerNorm(x), y = x + f(u):     dy → du by f
                                                   dx = dy + (du → dx by the LayerNorm)
    """
    steps = []
    for sublayer in sublayers(parameters, mask, config, context):
        norm = _norm(parameters, sublayer, config)
        u = norm(x) if pre_norm else x
        y, _ = sublayer.forward(u)
        steps.append((sublayer, x, u, x + y))
        x = x + y if pre_norm else norm(x + y)
    gradients: Weights = {}
    dcontext = None
    for sublayer, x, u, s in reversed(steps):
        norm_name = f"{sublayer.name}_norm"
        norm_arguments = parameters[norm_name] | {"epsilon": config.layer_norm_eps}
        if pre_norm:
            gradients[sublayer.name], du, dc = sublayer.backward(dy, u)
            dx, *dnorm = layer_norm_backward(du, x, **norm_arguments)
            dy = dy + dx
        else:
            ds, *dnorm = layer_norm_backward(dy, s, **norm_arguments)
            gradients[sublayer.name], dx, dc = sublayer.backward(ds, u)
            dy = ds + dx
        gradients[norm_name] = dict(zip(("scale", "bias"), dnorm, strict=True))
        dcontext = dcontext if dc is None else dc
    return gradients, dy, dcontext


def _norm(
    parameters: Weights, sublayer: Sublayer, config: BlockConfig
) -> Callable[..., np.ndarray]:
    """The LayerNorm of a sub-layer, as a function of x."""
    weights, epsilon = parameters[f"{sublayer.name}_norm"], config.layer_norm_eps
    return lambda x: layer_norm(x, **weights, epsilon=epsilon)


def _feed_forward(parameters: Weights, config: BlockConfig) -> dict[str, Any]:
    """The arguments of `feed_forward` besides x."""
    maps = parameters["feed_forward"]
    return {
        "in_kernel": maps["input"]["kernel"],
        "in_bias": maps["input"]["bias"],
        "out_kernel": maps["output"]["kernel"],
        "out_bias": maps["output"]["bias"],
        "activation": ACTIVATIONS[config.hidden_act],
    }


class StackActivations(NamedTuple):
    """The input and the output of every block, and the attention weights of every block."""

    states: list[np.ndarray]
    attentions: list[Any]
    cross_attentions: list[Any]


def stack(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: BlockConfig,
    pre_norm: bool = False,
    context: ContextStates | None = None,
) -> StackActivations:
    """Compute the outputs of all blocks. `parameters` has those of the blocks under 0, 1, 2, …; the
    other arguments are those of `block`."""
    outputs: list[BlockActivations] = []
    for number in range(len(parameters)):
        y = outputs[-1].hidden if outputs else x
        outputs.append(block(parameters[number], y, mask, config, pre_norm, context))
    return StackActivations(
        [x, *(output.hidden for output in outputs)],
        [output.weights for output in outputs],
        [output.cross_weights for output in outputs],
    )


def stack_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    states: list[np.ndarray],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    config: BlockConfig,
    pre_norm: bool = False,
    context: ContextStates | None = None,
) -> tuple[Weights, np.ndarray, np.ndarray | None]:
    """d parameters, dx, and dC (None without a context), given the `states` of the forward pass.
    The last block comes first. Every block reads C, so dC is the sum over the blocks."""
    gradients, dcontext = {}, None
    for number in reversed(range(len(parameters))):
        gradients[number], dy, dc = block_backward(
            dy, parameters[number], states[number], mask, config, pre_norm, context
        )
        if dc is not None:
            dcontext = dc if dcontext is None else dcontext + dc
    return gradients, dy, dcontext
