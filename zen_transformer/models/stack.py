"""The one stack of blocks.  Vaswani et al. 2017, section 3.1.

A block is two sub-layers, each with a residual connection and a LayerNorm. In BERT the
LayerNorm stands behind the sum ("post-norm"), in GPT-2 before the sub-layer ("pre-norm"):

    post-norm      a = LayerNorm(x + Dropout(MultiHead(x)))
                   y = LayerNorm(a + Dropout(FFN(a)))

    pre-norm       a = x + Dropout(MultiHead(LayerNorm(x)))
                   y = a + Dropout(FFN(LayerNorm(a)))
"""

import jax
from flax import nnx
from jaxtyping import Array, Bool, Float

from zen_transformer.layers.attention import MultiHeadAttention
from zen_transformer.layers.dropout import Keys, random_dropout, split_key
from zen_transformer.layers.feed_forward import FeedForward
from zen_transformer.layers.normalization import LayerNorm
from zen_transformer.models.config import BertConfig


class Block(nnx.Module):
    """One block; hidden vectors token by token, `[batch · length, hidden]`."""

    def __init__(self, config: BertConfig, *, pre_norm: bool = False, rngs: nnx.Rngs, dtype):
        weights = {"stddev": config.initializer_range, "rngs": rngs, "dtype": dtype}
        self.pre_norm = pre_norm
        self.attention = MultiHeadAttention(
            config.hidden_size,
            config.num_attention_heads,
            dropout_rate=config.attention_probs_dropout_prob,
            **weights,
        )
        self.attention_norm = LayerNorm(
            config.hidden_size, epsilon=config.layer_norm_eps, dtype=dtype
        )
        self.feed_forward = FeedForward(
            config.hidden_size,
            config.intermediate_size,
            activation=config.hidden_act,
            **weights,
        )
        self.feed_forward_norm = LayerNorm(
            config.hidden_size, epsilon=config.layer_norm_eps, dtype=dtype
        )
        self.dropout_rate = config.hidden_dropout_prob

    def __call__(
        self,
        x: Float[Array, "tokens hidden"],
        mask: Bool[Array, "batch #heads #length keys"],
        *,
        key: Keys | None = None,
    ) -> tuple[Float[Array, "tokens hidden"], Float[Array, "batch heads length keys"] | None]:
        """The block's output and its attention weights, where these are computed."""
        weights_key, attention_key, feed_forward_key = split_key(key, 3)
        attended, weights = self.attention(
            self.attention_norm(x) if self.pre_norm else x, mask, key=weights_key
        )
        x = x + random_dropout(attended, attention_key, self.dropout_rate)
        x = x if self.pre_norm else self.attention_norm(x)
        expanded = self.feed_forward(self.feed_forward_norm(x) if self.pre_norm else x)
        x = x + random_dropout(expanded, feed_forward_key, self.dropout_rate)
        return x if self.pre_norm else self.feed_forward_norm(x), weights


class Stack(nnx.Module):
    """The blocks one after the other.

    Where `rematerialize` is set, a gradient keeps only what goes from block to block, and computes
    the rest of each block a second time on its way back (Chen et al. 2016): less memory, and a
    third more to compute.
    """

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype):
        self.rematerialize = False
        self.layers = nnx.List(
            Block(config, rngs=rngs, dtype=dtype) for _ in range(config.num_hidden_layers)
        )

    def __call__(
        self,
        x: Float[Array, "batch length hidden"],
        mask: Bool[Array, "batch #heads #length keys"],
        *,
        key: Keys | None = None,
    ) -> tuple[tuple[Float[Array, "batch length hidden"], ...], tuple[Array | None, ...]]:
        """Every hidden state, the input's first, and every block's attention weights.

        Between the blocks there are only tokens, so the batch and length axes are one:
        a matrix product over two axes is also what XLA runs fastest.
        """
        shape = x.shape
        x = x.reshape(shape[0] * shape[1], shape[2])
        states, attentions = [x], []
        for block, block_key in zip(self.layers, split_key(key, len(self.layers)), strict=True):
            run = jax.checkpoint(block) if self.rematerialize else block
            x, weights = run(x, mask, key=block_key)
            states.append(x)
            attentions.append(weights)
        return tuple(state.reshape(shape) for state in states), tuple(attentions)
