"""The one stack of blocks.  Vaswani et al. 2017, section 3.1.

A block is two sub-layers, each with a residual connection and a LayerNorm. In BERT the
LayerNorm stands behind the sum ("post-norm"), in GPT-2 before the sub-layer ("pre-norm"):

    post-norm      a = LayerNorm(x + Dropout(MultiHead(x)))
                   y = LayerNorm(a + Dropout(FFN(a)))

    pre-norm       a = x + Dropout(MultiHead(LayerNorm(x)))
                   y = a + Dropout(FFN(LayerNorm(a)))

A decoder that reads another sequence C has a third between the two, of the same form, whose
queries come from the block and whose keys and values from C: MultiHead(a, C).

What makes a BERT, a GPT or a decoder of it is the mask.
"""

from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from zen_transformer.layers.attention import MultiHeadAttention
from zen_transformer.layers.dropout import Keys, random_dropout, split_key
from zen_transformer.layers.feed_forward import FeedForward
from zen_transformer.layers.key_value_cache import KeyValues, empty_cache, write
from zen_transformer.layers.normalization import LayerNorm

Tokens = Float[Array, "tokens hidden"]
States = Float[Array, "batch length hidden"]


class StackConfig(Protocol):
    """What a stack has to know; `BertConfig` has it."""

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
    """Another sequence, as a block looks at it."""

    known: KeyValues
    mask: Bool[Array, "batch #heads #length keys"]


class Cache(NamedTuple):
    """What every block has read, and how many tokens that are."""

    layers: tuple[KeyValues, ...]
    length: Int[Array, ""]

    @property
    def capacity(self) -> int:
        """Tokens that there is room for."""
        return self.layers[0].key.shape[2]


class BlockOutput(NamedTuple):
    """The vectors that go on, the attention weights where these are computed, and the cache."""

    hidden: Tokens
    weights: Float[Array, "batch heads length keys"] | None
    cross_weights: Float[Array, "batch heads length keys"] | None = None
    cache: KeyValues | None = None


class StackOutput(NamedTuple):
    """Every hidden state, the input's first; every block's attention weights; the cache."""

    states: tuple[States, ...]
    attentions: tuple[Array | None, ...]
    cross_attentions: tuple[Array | None, ...]
    cache: Cache | None


class Block(nnx.Module):
    """One block; hidden vectors token by token, `[batch · length, hidden]`."""

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
        key: Keys | None = None,
    ) -> BlockOutput:
        """What comes out of the block.

        Args:
            mask: who may look at whom; with a cache, at whom in its places.
            context: the other sequence, which a block with cross-attention must be given.
            cache: what was read before; x is written into it from place `start` on.
            key: randomness of dropout.
        """
        weights_key, attention_key, feed_forward_key, *more = split_key(
            key, 3 if context is None else 5
        )
        known, cross_weights = None, None
        normed = self.before(self.attention_norm, x)
        if cache is not None:
            new = self.attention.keys_and_values(normed, mask.shape[0])
            known = cache = write(cache, new, start)
        attended, weights = self.attention(normed, mask, known, key=weights_key)
        x = self.after(self.attention_norm, x, attended, attention_key)
        if context is not None:
            asked, cross_weights = self.cross_attention(
                self.before(self.cross_attention_norm, x), context.mask, context.known, key=more[0]
            )
            x = self.after(self.cross_attention_norm, x, asked, more[1])
        expanded = self.feed_forward(self.before(self.feed_forward_norm, x))
        x = self.after(self.feed_forward_norm, x, expanded, feed_forward_key)
        return BlockOutput(x, weights, cross_weights, cache)

    def before(self, norm: LayerNorm, x: Tokens) -> Tokens:
        """What a sub-layer reads."""
        return norm(x) if self.pre_norm else x

    def after(self, norm: LayerNorm, x: Tokens, y: Tokens, key: Keys | None) -> Tokens:
        """x + Dropout(y), y the sub-layer's result; normalised, in post-norm."""
        x = x + random_dropout(y, key, self.dropout_rate)
        return x if self.pre_norm else norm(x)


class Stack(nnx.Module):
    """The blocks one after the other.

    Where `rematerialize` is set, a gradient keeps only what goes from block to block, and computes
    the rest of each block a second time on its way back (Chen et al. 2016): less memory, and a
    third more to compute.
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
        key: Keys | None = None,
    ) -> StackOutput:
        """What comes out of every block; the arguments are a block's, one of each for every block.

        Between the blocks there are only tokens, so the batch and length axes are one:
        a matrix product over two axes is also what XLA runs fastest.
        """
        shape, depth = x.shape, len(self.layers)
        x = x.reshape(shape[0] * shape[1], shape[2])
        states, outputs = [x], []
        start = 0 if cache is None else cache.length
        for block, context, read, block_key in zip(
            self.layers,
            contexts or (None,) * depth,
            (None,) * depth if cache is None else cache.layers,
            split_key(key, depth),
            strict=True,
        ):
            run = jax.checkpoint(block) if self.rematerialize else block
            outputs.append(run(states[-1], mask, context, cache=read, start=start, key=block_key))
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
        """Nothing read yet, and room for `capacity` tokens in each of `batch` texts."""
        attention = self.layers[0].attention
        hidden, dtype = attention.key.kernel.shape[1], attention.key.kernel.dtype
        shape = batch, attention.heads, capacity, hidden // attention.heads
        layers = tuple(empty_cache(*shape, dtype) for _ in self.layers)
        return Cache(layers, jnp.zeros((), jnp.int32))

    def look_at(
        self, context: States, mask: Bool[Array, "batch #heads #length keys"]
    ) -> tuple[Context, ...]:
        """Another sequence, as each block's cross-attention sees it: computed once, however many
        tokens ask."""
        tokens = context.reshape(-1, context.shape[-1])
        return tuple(
            Context(block.cross_attention.keys_and_values(tokens, len(context)), mask)
            for block in self.layers
        )
