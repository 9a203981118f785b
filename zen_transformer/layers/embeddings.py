"""From ids to vectors.  Devlin et al. 2019, section 3 and figure 2.

    x_i = LayerNorm(T[w_i] + P[i] + S[s_i])          then dropout

T the token table [vocab, hidden], w_i the token's id; P the position table
[positions, hidden]; S the segment table [segments, hidden], s_i = 0 in the first
sentence and 1 in the second. All three are learned.
"""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int

from zen_transformer.layers.dropout import PRNGKeys, random_dropout
from zen_transformer.layers.linear import normal_parameter
from zen_transformer.layers.normalization import LayerNorm, layer_norm


def embedding(
    table: Float[Array, "rows hidden"], ids: Int[Array, "*shape"]
) -> Float[Array, "*shape hidden"]:
    """T[w]: row w of the table for every id w; NaN where the table has no such row. Inside `jit` an
    id cannot be refused, and the vector of another one would be a wrong answer that looks right."""
    return table.at[ids].get(mode="fill", fill_value=jnp.nan, wrap_negative_indices=False)


def sum_embeddings(
    token: Float[Array, "batch length hidden"],
    position: Float[Array, "#batch length hidden"],
    segment: Float[Array, "batch length hidden"],
    scale: Float[Array, " hidden"],
    bias: Float[Array, " hidden"],
    epsilon: float,
) -> Float[Array, "batch length hidden"]:
    """LayerNorm(T[w] + P[i] + S[s]), given the vectors that were looked up."""
    return layer_norm(token + position + segment, scale, bias, epsilon)


class Embedding(nnx.Module):
    """Owns a table ~ N(0, stddev²); the row of `padding_id`, if given, starts at zero."""

    def __init__(
        self,
        rows: int,
        hidden: int,
        *,
        stddev: float,
        rngs: nnx.Rngs,
        dtype,
        padding_id: int | None = None,
    ):
        self.table = normal_parameter(rngs, (rows, hidden), stddev, dtype)
        if padding_id is not None:
            self.table[...] = self.table[...].at[padding_id].set(0.0)

    def __call__(self, ids: Int[Array, "*shape"]) -> Float[Array, "*shape hidden"]:
        return embedding(self.table[...], ids)


class BertEmbeddings(nnx.Module):
    """Owns T, P, S and the LayerNorm over their sum."""

    def __init__(
        self,
        vocab: int,
        positions: int,
        segments: int,
        hidden: int,
        *,
        padding_id: int,
        epsilon: float,
        dropout_rate: float,
        stddev: float,
        rngs: nnx.Rngs,
        dtype,
    ):
        def table(rows: int, padding_id: int | None = None) -> Embedding:
            return Embedding(
                rows, hidden, stddev=stddev, rngs=rngs, dtype=dtype, padding_id=padding_id
            )

        self.token = table(vocab, padding_id)
        self.position = table(positions)
        self.segment = table(segments)
        self.norm = LayerNorm(hidden, epsilon=epsilon, dtype=dtype)
        self.dropout_rate = dropout_rate

    def __call__(
        self,
        token_vectors: Float[Array, "batch length hidden"],
        position_ids: Int[Array, "#batch length"],
        token_type_ids: Int[Array, "batch length"],
        *,
        key: PRNGKeys | None = None,
    ) -> Float[Array, "batch length hidden"]:
        """Dropout(LayerNorm(T[w] + P[i] + S[s])). T[w] is an argument, so that callers can replace
        it by other vectors (`inputs_embeds`)."""
        x = sum_embeddings(
            token_vectors,
            self.position(position_ids),
            self.segment(token_type_ids),
            self.norm.scale[...],
            self.norm.bias[...],
            self.norm.epsilon,
        )
        return random_dropout(x, key, self.dropout_rate)
