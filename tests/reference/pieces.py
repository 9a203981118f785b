"""The pieces of a Transformer: random arguments for each function, and its twin in PyTorch.

An implementation is compared through an adapter (`tests/adapters/`). Nothing here imports the
implementation, and PyTorch is imported only when it computes something.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Tree = Any
"""An array, or nested dicts of arrays."""
ACTIVATIONS = ("gelu", "gelu_new", "relu", "silu")


class Sizes(NamedTuple):
    """The sizes of the arguments; a piece ignores those that it does not need."""

    batch: int = 2
    length: int = 3
    keys: int = 4
    heads: int = 2
    head_dim: int = 3
    intermediate: int = 5
    vocab: int = 6

    @property
    def hidden(self) -> int:
        return self.heads * self.head_dim


class Draw:
    """A source of reproducible arguments of given sizes."""

    def __init__(self, seed: int, sizes: Sizes):
        self.rng, self.sizes = np.random.default_rng(seed), sizes

    def normal(self, *shape: int, scale: float = 1.0) -> np.ndarray:
        """Draw normal numbers."""
        return scale * self.rng.normal(size=shape)

    def ids(self, limit: int, *shape: int) -> np.ndarray:
        """Draw ids below a limit; with a small limit many are repeated."""
        return self.rng.integers(0, limit, shape)

    def keep(self, *shape: int) -> np.ndarray:
        """Draw a dropout mask."""
        return self.rng.random(shape) < 0.7

    def attention_mask(self, length: int) -> np.ndarray:
        """Draw an attention mask with real tokens anywhere, in some sequences only one."""
        batch = self.sizes.batch
        mask = self.rng.random((batch, length)) < self.rng.choice([0.0, 0.5, 1.0], (batch, 1))
        mask[np.arange(batch), self.rng.integers(0, length, batch)] = True
        return mask.astype(np.int64)

    def mask(self, length: int, keys: int) -> np.ndarray:
        """Draw a mask of padding, or of padding and later tokens; every query has a key."""
        padding = self.attention_mask(keys).astype(bool)[:, None, None, :]
        if length != keys or self.rng.random() < 0.5:
            return padding
        return (padding | np.eye(length, dtype=bool)) & np.tri(length, dtype=bool)

    def heads(self, length: int) -> np.ndarray:
        """Draw vectors split into heads."""
        sizes = self.sizes
        return self.normal(sizes.batch, sizes.heads, length, sizes.head_dim)

    def linear(self, inputs: int, outputs: int) -> dict[str, np.ndarray]:
        """Draw a linear map that keeps the size of numbers, so that no softmax after it saturates,
        where gradients are differences of nearly equal numbers."""
        kernel = self.normal(inputs, outputs, scale=inputs**-0.5)
        return {"kernel": kernel, "bias": self.normal(outputs)}

    def norm(self) -> dict[str, np.ndarray]:
        """Draw the parameters of a LayerNorm, not 1 and 0."""
        hidden = self.sizes.hidden
        return {"scale": 1.0 + self.normal(hidden, scale=0.3), "bias": self.normal(hidden)}

    def attention(self) -> dict[str, dict[str, np.ndarray]]:
        """Draw the four projections of an attention."""
        hidden = self.sizes.hidden
        return {name: self.linear(hidden, hidden) for name in ("query", "key", "value", "output")}

    def block(self) -> Tree:
        """Draw the parameters of a block."""
        hidden, intermediate = self.sizes.hidden, self.sizes.intermediate
        return {
            "attention": self.attention(),
            "attention_norm": self.norm(),
            "feed_forward": {
                "input": self.linear(hidden, intermediate),
                "output": self.linear(intermediate, hidden),
            },
            "feed_forward_norm": self.norm(),
        }

    def feed_forward(self) -> dict[str, np.ndarray]:
        """Draw the maps of a feed-forward network, by the names of its arguments."""
        hidden, intermediate = self.sizes.hidden, self.sizes.intermediate
        first, second = self.linear(hidden, intermediate), self.linear(intermediate, hidden)
        return {
            "in_kernel": first["kernel"],
            "in_bias": first["bias"],
            "out_kernel": second["kernel"],
            "out_bias": second["bias"],
        }

    def epsilon(self) -> float:
        """Draw ε: BERT's, or a larger one. A single number has variance 0, and a LayerNorm with
        BERT's ε would enlarge its rounding error a million times."""
        return 0.1 if self.sizes.hidden == 1 else float(self.rng.choice([1e-12, 1e-5, 0.1]))


@dataclass(frozen=True)
class Piece:
    """A function.

    Args:
        name: its name in adapters.
        arguments: draws its arguments, by name, in the function's order. Floating-point arrays have
            a gradient, except those in `data`; everything else is a setting or an id.
        torch: the same function of the same arguments in PyTorch. Of several results only the
            first has a gradient.
        data: indices of floating-point arguments without a gradient.
        smooth: whether the function is differentiable everywhere.
    """

    name: str
    arguments: Callable[[Draw], dict[str, Any]]
    torch: Callable[..., Any]
    data: tuple[int, ...] = ()
    smooth: bool = True

    def draw(self, seed: int, sizes: Sizes) -> dict[str, Any]:
        """Draw arguments."""
        return self.arguments(Draw(seed, sizes))

    def differentiable(self, arguments: Sequence[Any]) -> list[int]:
        """Return the indices of the arguments that have a gradient."""
        return [i for i, x in enumerate(arguments) if i not in self.data and _is_floating(x)]

    def expected(
        self, arguments: Sequence[Any], dtype: type = np.float64
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray, list[Tree]]:
        """Return PyTorch's results, a random gradient of the first of them, and the gradients of
        the arguments."""
        import torch

        wrt = self.differentiable(arguments)
        given = [
            _map(lambda leaf, learnt=place in wrt: _tensor(leaf, learnt, dtype), value)
            for place, value in enumerate(arguments)
        ]
        results = as_tuple(self.torch(*given))
        flow = flow_into(results[0].shape).astype(dtype)
        leaves = [leaf for place in wrt for leaf in leaves_of(given[place])]
        in_order = iter(torch.autograd.grad(results[0], leaves, torch.as_tensor(flow)))
        gradients = [_map(lambda _: next(in_order).numpy(), given[place]) for place in wrt]
        return tuple(result.detach().numpy() for result in results), flow, gradients


def flow_into(shape: tuple[int, ...]) -> np.ndarray:
    """Draw a gradient with respect to a result: random, so that no errors cancel."""
    return np.random.default_rng([7, *shape]).normal(size=tuple(shape))


def as_tuple(results: Any) -> tuple[Any, ...]:
    """Return the results as a tuple, also if there is only one."""
    return results if isinstance(results, tuple) else (results,)


def leaves_of(tree: Tree) -> list[Any]:
    """List the arrays of nested dicts."""
    if isinstance(tree, dict):
        return [leaf for branch in tree.values() for leaf in leaves_of(branch)]
    return [tree]


def _map(function: Callable[[Any], Any], tree: Tree) -> Tree:
    if isinstance(tree, dict):
        return {name: _map(function, branch) for name, branch in tree.items()}
    return function(tree)


def _is_floating(value: Tree) -> bool:
    leaf = leaves_of(value)[0]
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"


def _tensor(value: Any, requires_grad: bool, dtype: type) -> Any:
    import torch

    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind == "f":
        value = value.astype(dtype)
    return torch.tensor(value, requires_grad=requires_grad)


def error(actual: Any, expected: np.ndarray, floor: float = 1e-3) -> float:
    """Return the largest difference, relative to the largest expected number or the floor."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, (actual.shape, expected.shape)
    if expected.size == 0:
        return 0.0
    return float(np.abs(actual - expected).max() / max(np.abs(expected).max(), floor))


# Functions that PyTorch lacks in this signature


def _functional() -> Any:
    import torch

    return torch.nn.functional


def _linear(x, kernel, bias):
    return _functional().linear(x, kernel.T, bias)


def _layer_norm(x, scale, bias, epsilon):
    return _functional().layer_norm(x, scale.shape, scale, bias, epsilon)


def _activate(x, name):
    if name == "relu":
        return _functional().relu(x)
    if name == "silu":
        return _functional().silu(x)
    return _functional().gelu(x, approximate="tanh" if name == "gelu_new" else "none")


def _attention_weights(query, key, mask):
    import torch

    scores = query @ key.mT / math.sqrt(query.shape[-1])
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), -1)


def _attention(query, key, value, mask):
    context = _functional().scaled_dot_product_attention(query, key, value, mask)
    return context, _attention_weights(query, key, mask)


def _attention_with_dropout(query, key, value, mask, keep, rate):
    weights = _attention_weights(query, key, mask) * keep / (1 - rate)
    return weights @ value, weights


def _multi_head(parameters, x, mask, heads, context=None):
    """PyTorch's multi-head attention, whose three input projections are stacked."""
    import torch

    names = ("query", "key", "value")
    batch, keys = mask.shape[0], mask.shape[-1]
    query = x.reshape(batch, -1, x.shape[-1]).transpose(0, 1)
    looked_at = query if context is None else context.reshape(batch, keys, -1).transpose(0, 1)
    length = len(query)
    hidden = mask.expand(batch, heads, length, keys).reshape(batch * heads, length, keys)
    output, weights = _functional().multi_head_attention_forward(
        query,
        looked_at,
        looked_at,
        x.shape[-1],
        heads,
        torch.cat([parameters[name]["kernel"].T for name in names]),
        torch.cat([parameters[name]["bias"] for name in names]),
        None,
        None,
        False,
        0.0,
        parameters["output"]["kernel"].T,
        parameters["output"]["bias"],
        attn_mask=~hidden,
        average_attn_weights=False,
    )
    return output.transpose(0, 1).reshape(x.shape), weights


def _feed_forward(x, in_kernel, in_bias, out_kernel, out_bias, activation):
    return _linear(_activate(_linear(x, in_kernel, in_bias), activation), out_kernel, out_bias)


def _block(parameters, x, mask, heads, epsilon, activation, pre_norm, context=None, seen=None):
    def normed(x, name):
        return _layer_norm(x, **parameters[name], epsilon=epsilon)

    def expand(x):
        maps = parameters["feed_forward"]
        return _feed_forward(x, *maps["input"].values(), *maps["output"].values(), activation)

    def attend(x):
        return _multi_head(parameters["attention"], x, mask, heads)

    def read(x):
        return _multi_head(parameters["cross_attention"], x, seen, heads, context)

    weights = []
    sublayers = {"attention": attend, "feed_forward": lambda x: (expand(x), None)}
    if context is not None:
        expanded = sublayers.pop("feed_forward")
        sublayers |= {"cross_attention": read, "feed_forward": expanded}
    for name, sublayer in sublayers.items():
        y, looked = sublayer(normed(x, f"{name}_norm") if pre_norm else x)
        x = x + y if pre_norm else normed(x + y, f"{name}_norm")
        weights.append(looked)
    return x, *weights[:-1]


def _pooled(pool, hidden_states, attention_mask):
    import torch

    rows = zip(hidden_states, attention_mask.bool(), strict=True)
    return torch.stack([pool(row[mask]) for row, mask in rows])


def _mean_pooling(hidden_states, attention_mask):
    return _pooled(lambda tokens: tokens.mean(0), hidden_states, attention_mask)


def _max_pooling(hidden_states, attention_mask):
    return _pooled(lambda tokens: tokens.amax(0), hidden_states, attention_mask)


def _masked_lm_head(parameters, hidden_states, table, activation, epsilon):
    activated = _activate(_linear(hidden_states, **parameters["dense"]), activation)
    transformed = _layer_norm(activated, **parameters["norm"], epsilon=epsilon)
    return transformed @ table.T + parameters["bias"]


def _cross_entropy(logits, labels, weights, smoothing=0.0):
    chosen = labels.masked_fill(weights == 0, -100).flatten()
    flat = logits.reshape(-1, logits.shape[-1])
    total = _functional().cross_entropy(flat, chosen, reduction="sum", label_smoothing=smoothing)
    return total, weights.sum()


def _next_sentence_loss(logits, labels):
    return _functional().cross_entropy(logits, labels)


# The pieces


def _tokens(draw: Draw) -> np.ndarray:
    return draw.normal(draw.sizes.batch * draw.sizes.length, draw.sizes.hidden)


def _states(draw: Draw) -> np.ndarray:
    return draw.normal(draw.sizes.batch, draw.sizes.length, draw.sizes.hidden)


def _looked_up(draw: Draw) -> dict[str, np.ndarray]:
    batch, length, hidden = draw.sizes.batch, draw.sizes.length, draw.sizes.hidden
    rows = int(draw.rng.choice([1, batch]))
    shapes = {
        "token": (batch, length, hidden),
        "position": (rows, length, hidden),
        "segment": (batch, length, hidden),
    }
    return {name: draw.normal(*shape) for name, shape in shapes.items()}


def _qkv(draw: Draw) -> dict[str, np.ndarray]:
    length, keys = draw.sizes.length, draw.sizes.keys
    return {
        "query": draw.heads(length),
        "key": draw.heads(keys),
        "value": draw.heads(keys),
        "mask": draw.mask(length, keys),
    }


def _dropped(draw: Draw) -> dict[str, Any]:
    sizes = draw.sizes
    shape = sizes.batch, sizes.heads, sizes.length, sizes.keys
    return {"keep": draw.keep(*shape), "rate": 0.3}


def _labelled(draw: Draw, classes: int) -> dict[str, np.ndarray]:
    shape = draw.sizes.batch, draw.sizes.length
    weights = (draw.rng.random(shape) < 0.6).astype(float)
    return {
        "logits": draw.normal(*shape, classes, scale=3.0),
        "labels": draw.ids(classes, *shape),
        "weights": weights,
    }


def _block_arguments(draw: Draw, pre_norm: bool) -> dict[str, Any]:
    return {
        "parameters": draw.block(),
        "x": _tokens(draw),
        "mask": draw.mask(draw.sizes.length, draw.sizes.length),
        "heads": draw.sizes.heads,
        "epsilon": draw.epsilon(),
        "activation": str(draw.rng.choice(ACTIVATIONS[:2])),
        "pre_norm": pre_norm,
    }


def _decoder_block_arguments(draw: Draw, pre_norm: bool) -> dict[str, Any]:
    sizes, arguments = draw.sizes, _block_arguments(draw, pre_norm)
    read = {"cross_attention": draw.attention(), "cross_attention_norm": draw.norm()}
    return arguments | {
        "parameters": arguments["parameters"] | read,
        "context": draw.normal(sizes.batch * sizes.keys, sizes.hidden),
        "seen": draw.mask(sizes.length, sizes.keys),
    }


PIECES = {
    piece.name: piece
    for piece in [
        Piece(
            "linear",
            lambda d: {"x": _states(d), **d.linear(d.sizes.hidden, d.sizes.intermediate)},
            _linear,
        ),
        Piece(
            "embedding",
            lambda d: {
                "table": d.normal(d.sizes.vocab, d.sizes.hidden),
                "ids": d.ids(d.sizes.vocab, d.sizes.batch, d.sizes.length),
            },
            lambda table, ids: table[ids],
        ),
        Piece(
            "sum_embeddings",
            lambda d: {**_looked_up(d), **d.norm(), "epsilon": d.epsilon()},
            lambda t, p, s, scale, bias, epsilon: _layer_norm(t + p + s, scale, bias, epsilon),
        ),
        Piece(
            "dropout",
            lambda d: {
                "x": _states(d),
                "keep": d.keep(d.sizes.batch, d.sizes.length, d.sizes.hidden),
                "rate": 0.3,
            },
            lambda x, keep, rate: x * keep / (1 - rate),
        ),
        *(
            Piece(
                name,
                lambda d: {"x": 2.0 * _states(d)},
                lambda x, name=name: _activate(x, name),
                smooth=name != "relu",
            )
            for name in ACTIVATIONS
        ),
        Piece(
            "softmax",
            lambda d: {"scores": d.normal(d.sizes.batch, d.sizes.length, d.sizes.keys, scale=3.0)},
            lambda scores: scores.softmax(-1),
        ),
        Piece(
            "layer_norm",
            lambda d: {"x": _states(d), **d.norm(), "epsilon": d.epsilon()},
            _layer_norm,
        ),
        Piece(
            "attention_weights",
            lambda d: {name: value for name, value in _qkv(d).items() if name != "value"},
            _attention_weights,
        ),
        Piece("scaled_dot_product_attention", _qkv, _attention),
        Piece(
            "scaled_dot_product_attention_with_dropout",
            lambda d: {**_qkv(d), **_dropped(d)},
            _attention_with_dropout,
        ),
        Piece(
            "multi_head_attention",
            lambda d: {
                "parameters": d.attention(),
                "x": _tokens(d),
                "mask": d.mask(d.sizes.length, d.sizes.length),
                "heads": d.sizes.heads,
            },
            _multi_head,
        ),
        Piece(
            "cross_attention",
            lambda d: {
                "parameters": d.attention(),
                "x": _tokens(d),
                "mask": d.mask(d.sizes.length, d.sizes.keys),
                "heads": d.sizes.heads,
                "context": d.normal(d.sizes.batch * d.sizes.keys, d.sizes.hidden),
            },
            _multi_head,
        ),
        Piece(
            "feed_forward",
            lambda d: {
                "x": _states(d),
                **d.feed_forward(),
                "activation": str(d.rng.choice(ACTIVATIONS[:2])),
            },
            _feed_forward,
        ),
        Piece("post_norm_block", lambda d: _block_arguments(d, False), _block),
        Piece("pre_norm_block", lambda d: _block_arguments(d, True), _block),
        Piece("post_norm_decoder_block", lambda d: _decoder_block_arguments(d, False), _block),
        Piece("pre_norm_decoder_block", lambda d: _decoder_block_arguments(d, True), _block),
        Piece(
            "cls_pooling",
            lambda d: {"hidden_states": _states(d), **d.linear(d.sizes.hidden, d.sizes.hidden)},
            lambda states, kernel, bias: _linear(states[:, 0], kernel, bias).tanh(),
        ),
        Piece(
            "mean_pooling",
            lambda d: {
                "hidden_states": _states(d),
                "attention_mask": d.attention_mask(d.sizes.length),
            },
            _mean_pooling,
        ),
        Piece(
            "max_pooling",
            lambda d: {
                "hidden_states": _states(d),
                "attention_mask": d.attention_mask(d.sizes.length),
            },
            _max_pooling,
            smooth=False,
        ),
        Piece(
            "tied_logits",
            lambda d: {
                "transformed": _states(d),
                "table": d.normal(d.sizes.vocab, d.sizes.hidden),
                "bias": d.normal(d.sizes.vocab),
            },
            lambda transformed, table, bias: transformed @ table.T + bias,
        ),
        Piece(
            "masked_lm_head",
            lambda d: {
                "parameters": {
                    "dense": d.linear(d.sizes.hidden, d.sizes.hidden),
                    "norm": d.norm(),
                    "bias": d.normal(d.sizes.vocab),
                },
                "hidden_states": _states(d),
                "table": d.normal(d.sizes.vocab, d.sizes.hidden),
                "activation": str(d.rng.choice(ACTIVATIONS[:2])),
                "epsilon": d.epsilon(),
            },
            _masked_lm_head,
        ),
        Piece(
            "next_sentence_head",
            lambda d: {
                "pooled": d.normal(d.sizes.batch, d.sizes.hidden),
                **d.linear(d.sizes.hidden, 2),
            },
            _linear,
        ),
        Piece(
            "log_sum_exp",
            lambda d: {"logits": d.normal(d.sizes.batch, d.sizes.vocab, scale=3.0)},
            lambda logits: logits.logsumexp(-1),
        ),
        Piece("cross_entropy", lambda d: _labelled(d, d.sizes.vocab), _cross_entropy, data=(2,)),
        Piece(
            "smoothed_cross_entropy",
            lambda d: _labelled(d, d.sizes.vocab) | {"smoothing": float(d.rng.uniform(0.01, 0.3))},
            _cross_entropy,
            data=(2,),
        ),
        Piece(
            "next_sentence_loss",
            lambda d: {
                "logits": d.normal(d.sizes.batch, 2, scale=3.0),
                "labels": d.ids(2, d.sizes.batch),
            },
            _next_sentence_loss,
        ),
    ]
}
