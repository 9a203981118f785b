"""The stack of blocks of all models.  Vaswani et al. 2017, section 3.1.

A block is two sub-layers, each with a residual connection and a LayerNorm. In BERT the
LayerNorm follows the sum ("post-norm"), in GPT-2 it precedes the sub-layer ("pre-norm"):

    post-norm      a = LayerNorm(x + Dropout(MultiHead(x)))
                   y = LayerNorm(a + Dropout(FFN(a)))

    pre-norm       a = x + Dropout(MultiHead(LayerNorm(x)))
                   y = a + Dropout(FFN(LayerNorm(a)))

A decoder that reads another sequence C has a third sub-layer of the same form between the two,
cross-attention MultiHead(a, C): its keys and values come from C.

The mask makes the difference between an encoder such as BERT and a decoder such as GPT.
"""

from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from zen_transformer.errors import UserError
from zen_transformer.layers.attention import MultiHeadAttention
from zen_transformer.layers.dropout import PRNGKeys, random_dropout, split_key
from zen_transformer.layers.feed_forward import FeedForward
from zen_transformer.layers.key_value_cache import KeyValues, empty_cache, write
from zen_transformer.layers.normalization import LayerNorm

Tokens = Float[Array, "tokens hidden"]
States = Float[Array, "batch length hidden"]


class StackConfig(Protocol):
    """The fields of a config that determine a stack."""

    @property
    def hidden_size(self) -> int: ...
    @property
    def num_hidden_layers(self) -> int: ...
    @property
    def num_attention_heads(self) -> int: ...
    @property
    def intermediate_size(self) -> int: ...
    @property
    def hidden_act(self) -> str: ...
    @property
    def hidden_dropout_prob(self) -> float: ...
    @property
    def attention_probs_dropout_prob(self) -> float: ...
    @property
    def layer_norm_eps(self) -> float: ...
    @property
    def initializer_range(self) -> float: ...


class Context(NamedTuple):
    """The keys and values of another sequence in one block, and the mask for attending to them."""

    key_values: KeyValues
    mask: Bool[Array, "batch #heads #length keys"]


class Cache(NamedTuple):
    """The key–value cache of every block, and the number of tokens in it."""

    layers: tuple[KeyValues, ...]
    length: Int[Array, ""]

    @property
    def capacity(self) -> int:
        """Number of tokens that fit into the cache."""
        return self.layers[0].key.shape[2]

    def check_room(
        self, new: Float[Array, "batch length hidden"]
    ) -> Float[Array, "batch length hidden"]:
        """Return the vectors of new tokens, which have to fit behind those in the cache. Inside
        `jit`, where the number of those is not known, vectors that do not fit become NaN.

        Raises:
            UserError: they do not fit.
        """
        needed = self.length + new.shape[1]
        if isinstance(needed, jax.core.Tracer):
            return jnp.where(needed <= self.capacity, new, jnp.nan)
        if needed > self.capacity:
            raise UserError(
                f"the cache has room for {self.capacity} tokens, {self.length} are in it and "
                f"{new.shape[1]} more were given: make a larger one by empty_cache"
            )
        return new


class BlockOutput(NamedTuple):
    """The output of a block, its attention weights (None if fused), and its cache, if any."""

    hidden: Tokens
    weights: Float[Array, "batch heads length keys"] | None
    cross_weights: Float[Array, "batch heads length keys"] | None = None
    cache: KeyValues | None = None


class StackOutput(NamedTuple):
    """The input and the output of every block, every block's attention weights, and the cache."""

    states: tuple[States, ...]
    attentions: tuple[Array | None, ...]
    cross_attentions: tuple[Array | None, ...]
    cache: Cache | None


class Block(nnx.Module):
    """One block; its input and output are token by token, `[batch · length, hidden]`."""

    def __init__(
        self,
        config: StackConfig,
        *,
        pre_norm: bool = False,
        cross_attention: bool = False,
        output_stddev: float | None = None,
        rngs: nnx.Rngs,
        dtype,
    ):
        weights = {"stddev": config.initializer_range, "rngs": rngs, "dtype": dtype}
        weights["output_stddev"] = output_stddev

        def attention() -> MultiHeadAttention:
            return MultiHeadAttention(
                config.hidden_size,
                config.num_attention_heads,
                dropout_rate=config.attention_probs_dropout_prob,
                **weights,
            )

        def norm() -> LayerNorm:
            return LayerNorm(config.hidden_size, epsilon=config.layer_norm_eps, dtype=dtype)

        self.pre_norm = pre_norm
        self.dropout_rate = config.hidden_dropout_prob
        self.attention, self.attention_norm = attention(), norm()
        if cross_attention:
            self.cross_attention, self.cross_attention_norm = attention(), norm()
        self.feed_forward = FeedForward(
            config.hidden_size, config.intermediate_size, activation=config.hidden_act, **weights
        )
        self.feed_forward_norm = norm()

    def __call__(
        self,
        x: Tokens,
        mask: Bool[Array, "batch #heads #length keys"],
        context: Context | None = None,
        *,
        cache: KeyValues | None = None,
        start: Int[Array, ""] | int = 0,
        key: PRNGKeys | None = None,
    ) -> BlockOutput:
        """Compute the output of the block.

        Args:
            x: hidden vectors, token by token.
            mask: True where a query may attend to a key; with a cache, to a slot of the cache.
            context: the other sequence, required by a block with cross-attention.
            cache: keys and values of the earlier tokens; those of x are written at slot `start`.
            start: number of earlier tokens.
            key: randomness of dropout; no key, no dropout.
        """
        weights_key, attention_key, feed_forward_key, *cross_keys = split_key(
            key, 3 if context is None else 5
        )
        key_values, cross_weights = None, None
        normed = self.before(self.attention_norm, x)
        if cache is not None:
            new = self.attention.keys_and_values(normed, mask.shape[0])
            key_values = cache = write(cache, new, start)
        attended, weights = self.attention(normed, mask, key_values, key=weights_key)
        x = self.after(self.attention_norm, x, attended, attention_key)
        if context is not None:
            attended, cross_weights = self.cross_attention(
                self.before(self.cross_attention_norm, x),
                context.mask,
                context.key_values,
                key=cross_keys[0],
            )
            x = self.after(self.cross_attention_norm, x, attended, cross_keys[1])
        expanded = self.feed_forward(self.before(self.feed_forward_norm, x))
        x = self.after(self.feed_forward_norm, x, expanded, feed_forward_key)
        return BlockOutput(x, weights, cross_weights, cache)

    def before(self, norm: LayerNorm, x: Tokens) -> Tokens:
        """The input of a sub-layer: LayerNorm(x) in pre-norm, x in post-norm."""
        return norm(x) if self.pre_norm else x

    def after(self, norm: LayerNorm, x: Tokens, y: Tokens, key: PRNGKeys | None) -> Tokens:
        """x + Dropout(y), with y the output of a sub-layer; LayerNorm of it in post-norm."""
        x = x + random_dropout(y, key, self.dropout_rate)
        return x if self.pre_norm else norm(x)


class Stack(nnx.Module):
    """A sequence of blocks.

    With `rematerialize`, the forward pass keeps only the input of every block for the gradient, and
    the backward pass recomputes the rest (Chen et al. 2016): less memory, a third more to compute.
    """

    def __init__(self, config: StackConfig, **block_options: Any):
        self.rematerialize = False
        self.layers = nnx.List(
            Block(config, **block_options) for _ in range(config.num_hidden_layers)
        )

    def __call__(
        self,
        x: States,
        mask: Bool[Array, "batch #heads #length keys"],
        contexts: tuple[Context, ...] | None = None,
        *,
        cache: Cache | None = None,
        key: PRNGKeys | None = None,
    ) -> StackOutput:
        """Compute the outputs of all blocks.

        The blocks get the batch and length axes as one axis of tokens: matrix products of two axes
        are also what XLA runs fastest.

        Args:
            x: input of the first block.
            mask: True where a query may attend to a key; with a cache, to a slot of the cache.
            contexts: a context for each block, for blocks with cross-attention.
            cache: keys and values of the earlier tokens.
            key: randomness of dropout; no key, no dropout.
        """
        shape, depth = x.shape, len(self.layers)
        x = x.reshape(shape[0] * shape[1], shape[2])
        states, outputs = [x], []
        start = 0 if cache is None else cache.length
        for block, context, block_cache, block_key in zip(
            self.layers,
            contexts or (None,) * depth,
            (None,) * depth if cache is None else cache.layers,
            split_key(key, depth),
            strict=True,
        ):
            run = jax.checkpoint(block) if self.rematerialize else block
            outputs.append(
                run(states[-1], mask, context, cache=block_cache, start=start, key=block_key)
            )
            states.append(outputs[-1].hidden)
        if cache is not None:
            layers = tuple(output.cache for output in outputs if output.cache is not None)
            cache = Cache(layers, cache.length + shape[1])
        return StackOutput(
            states=tuple(state.reshape(shape) for state in states),
            attentions=tuple(output.weights for output in outputs),
            cross_attentions=tuple(output.cross_weights for output in outputs),
            cache=cache,
        )

    def empty_cache(self, batch: int, capacity: int) -> Cache:
        """Make an empty cache with slots for `capacity` tokens of each of `batch` sequences."""
        attention = self.layers[0].attention
        hidden, dtype = attention.key.kernel.shape[1], attention.key.kernel.dtype
        shape = batch, attention.heads, capacity, hidden // attention.heads
        layers = tuple(empty_cache(*shape, dtype) for _ in self.layers)
        return Cache(layers, jnp.zeros((), jnp.int32))

    def cross_attention_contexts(
        self, context: States, mask: Bool[Array, "batch #heads #length keys"]
    ) -> tuple[Context, ...]:
        """Compute every block's keys and values of another sequence, once for all queries."""
        tokens = context.reshape(-1, context.shape[-1])
        return tuple(
            Context(block.cross_attention.keys_and_values(tokens, len(context)), mask)
            for block in self.layers
        )
