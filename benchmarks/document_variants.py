"""Variants of BERT that follow the document, with a switch for each difference.

docs/from-the-document.md explains them. All parts are those of the package except the differences
themselves.
"""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from zen_transformer.layers.dropout import PRNGKeys
from zen_transformer.layers.embeddings import BertEmbeddings
from zen_transformer.layers.linear import Linear
from zen_transformer.models import stack
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig

Tokens = Float[Array, "tokens hidden"]


@dataclass(frozen=True)
class Differences:
    """The differences of a variant from BERT."""

    two_maps: bool = False
    """Q, K, V, the output projection and y are Linear(x) W; BERT has x W + b."""
    unscaled: bool = False
    """softmax(Q Kᵀ); BERT has softmax(Q Kᵀ / √d)."""
    one_head: bool = False
    """A single head; BERT splits the vector into several."""
    no_residuals: bool = False
    """f(x); BERT has x + f(x)."""
    no_layer_norm: bool = False
    """x in the embeddings and in the blocks; BERT has LayerNorm(x)."""
    no_feed_forward: bool = False
    """A block without the feed-forward network."""
    no_positions: bool = False
    """T[w] + S[s]."""
    no_segments: bool = False
    """T[w] + P[i]."""
    pooling: Literal["cls", "mean", "max"] = "cls"
    """max or mean over the tokens; BERT has tanh(h_0 W + b)."""


VARIANTS = {
    "bert": Differences(),
    "two_maps": Differences(two_maps=True),
    "unscaled": Differences(unscaled=True),
    "one_head": Differences(one_head=True),
    "no_residuals": Differences(no_residuals=True),
    "no_layer_norm": Differences(no_layer_norm=True),
    "no_feed_forward": Differences(no_feed_forward=True),
    "max_pooling": Differences(pooling="max"),
    "mean_pooling": Differences(pooling="mean"),
    "no_positions": Differences(no_positions=True),
    "no_segments": Differences(no_segments=True),
    "document": Differences(
        two_maps=True,
        unscaled=True,
        one_head=True,
        no_residuals=True,
        no_layer_norm=True,
        no_feed_forward=True,
        pooling="max",
    ),
}
"""BERT, one difference at a time (the last two remove what the document has, too), and the
document taken literally."""


class TwoMaps(nnx.Module):
    """Linear(x) W: a linear map before one of BERT's, without a non-linearity between them.

    Its initial weights preserve the length of vectors, so that the variant differs by the
    second map alone, not by the scale.
    """

    def __init__(self, linear: Linear, rngs: nnx.Rngs):
        size, dtype = linear.kernel.shape[0], linear.kernel.dtype
        self.first = Linear(size, size, stddev=size**-0.5, rngs=rngs, dtype=dtype)
        self.second = linear

    def __call__(self, x: Float[Array, "*rows hidden"]) -> Float[Array, "*rows out"]:
        return self.second(self.first(x))


class Unscaled(nnx.Module):
    """√d (x W + b): queries that cancel the division of Q Kᵀ by √d."""

    def __init__(self, linear: Callable[[Tokens], Tokens], head_dim: int):
        self.linear, self.factor = linear, math.sqrt(head_dim)

    def __call__(self, x: Tokens) -> Tokens:
        return self.factor * self.linear(x)


def unchanged(x: Array) -> Array:
    """Replace a LayerNorm by the identity."""
    return x


class Embeddings(nnx.Module):
    """LayerNorm(T[w] + P[i] + S[s]) without the parts that a variant lacks; no dropout."""

    def __init__(self, bert: BertEmbeddings, differences: Differences):
        self.token = bert.token
        self.position = None if differences.no_positions else bert.position
        self.segment = None if differences.no_segments else bert.segment
        self.norm = unchanged if differences.no_layer_norm else bert.norm

    def __call__(
        self,
        token_vectors: Float[Array, "batch length hidden"],
        position_ids: Int[Array, "#batch length"],
        token_type_ids: Int[Array, "batch length"],
        *,
        key: PRNGKeys | None = None,
    ) -> Float[Array, "batch length hidden"]:
        x = token_vectors
        if self.position is not None:
            x = x + self.position(position_ids)
        if self.segment is not None:
            x = x + self.segment(token_type_ids)
        return self.norm(x)


class Block(nnx.Module):
    """a = LayerNorm(x + Attention(x)), y = LayerNorm(a + FFN(a)) without the parts that a variant
    lacks; no dropout."""

    def __init__(self, bert: stack.Block, differences: Differences):
        self.attention = bert.attention
        self.attention_norm = unchanged if differences.no_layer_norm else bert.attention_norm
        self.feed_forward = None if differences.no_feed_forward else bert.feed_forward
        if self.feed_forward is not None:
            norm = unchanged if differences.no_layer_norm else bert.feed_forward_norm
            self.feed_forward_norm = norm
        self.no_residuals = differences.no_residuals

    def __call__(
        self,
        x: Tokens,
        mask: Bool[Array, "batch #heads #length keys"],
        context: None = None,
        *,
        cache: None = None,
        start: int = 0,
        key: PRNGKeys | None = None,
    ) -> stack.BlockOutput:
        attended, weights = self.attention(x, mask)
        x = self.attention_norm(self._residual(x, attended))
        if self.feed_forward is not None:
            x = self.feed_forward_norm(self._residual(x, self.feed_forward(x)))
        return stack.BlockOutput(x, weights)

    def _residual(self, x: Tokens, fx: Tokens) -> Tokens:
        return fx if self.no_residuals else x + fx


def build(differences: Differences, config: BertConfig, seed: int) -> BertForPreTraining:
    """Build a variant. The parts that it has in common with BERT start from the same weights."""
    heads = 1 if differences.one_head else config.num_attention_heads
    config = dataclasses.replace(config, pooling=differences.pooling, num_attention_heads=heads)
    model = BertForPreTraining(config, rngs=nnx.Rngs(seed))
    bert, more = model.bert, nnx.Rngs(seed + 1000)
    bert.embeddings = Embeddings(bert.embeddings, differences)  # type: ignore[assignment]
    blocks = [Block(block, differences) for block in bert.encoder.layers]
    bert.encoder.layers = nnx.List(blocks)  # type: ignore[arg-type]
    for attention in [block.attention for block in blocks]:
        if differences.two_maps:
            for name in ("query", "key", "value", "output"):
                setattr(attention, name, TwoMaps(getattr(attention, name), more))
        if differences.unscaled:
            attention.query = Unscaled(attention.query, config.head_dim)
    if differences.two_maps:
        head = TwoMaps(model.next_sentence_head, more)
        model.next_sentence_head = head  # type: ignore[assignment]
    return model
