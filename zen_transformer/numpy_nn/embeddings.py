"""From ids to vectors.  Devlin et al. 2019, section 3 and figure 2.

    x_i = LayerNorm(T[w_i] + P[i] + S[s_i])          then dropout

T the token table [vocab, hidden], w_i the token's id; P the position table
[positions, hidden]; S the segment table [segments, hidden], s_i = 0 in the first
sentence and 1 in the second. All three are learned.
"""

import numpy as np
from jaxtyping import Float, Int

from zen_transformer.numpy_nn.normalization import layer_norm, layer_norm_backward


def embedding(
    table: Float[np.ndarray, "rows hidden"], ids: Int[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape hidden"]:
    """T[w]: row w of the table for every id w."""
    return np.take(table, ids, axis=0, mode="clip")


def embedding_backward(
    dy: Float[np.ndarray, "*shape hidden"],
    table: Float[np.ndarray, "rows hidden"],
    ids: Int[np.ndarray, "*shape"],
) -> Float[np.ndarray, "rows hidden"]:
    """dT.

    Position i of the output is y_i = T[w_i], in other words y_ik = Σ_w [w_i = w] T_wk. Hence

        dT_wk = Σ_i dy_ik ∂y_ik/∂T_wk = Σ_i [w_i = w] dy_ik

    A row gets the sum of the gradients at all positions where its id occurs, or 0 if it does not
    occur. (`dtable[ids] += dy` would add only one of several occurrences: hence `np.add.at`.)
    """
    dtable = np.zeros_like(table)
    np.add.at(dtable, np.clip(ids, 0, len(table) - 1), dy)
    return dtable


def sum_embeddings(
    token: Float[np.ndarray, "batch length hidden"],
    position: Float[np.ndarray, "#batch length hidden"],
    segment: Float[np.ndarray, "batch length hidden"],
    scale: Float[np.ndarray, " hidden"],
    bias: Float[np.ndarray, " hidden"],
    epsilon: float,
) -> Float[np.ndarray, "batch length hidden"]:
    """LayerNorm(T[w] + P[i] + S[s]), given the vectors that were looked up."""
    return layer_norm(token + position + segment, scale, bias, epsilon)


def sum_embeddings_backward(
    dy: Float[np.ndarray, "batch length hidden"],
    token: Float[np.ndarray, "batch length hidden"],
    position: Float[np.ndarray, "#batch length hidden"],
    segment: Float[np.ndarray, "batch length hidden"],
    scale: Float[np.ndarray, " hidden"],
    bias: Float[np.ndarray, " hidden"],
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """d token, d position, d segment, dγ, dβ.

    Every term of a sum has derivative 1, so each gets the gradient of the sum unchanged. Where one
    row of positions is broadcast over the batch, p_ik is a term of y_bik for every b:

        dp_ik = Σ_b d sum_bik
    """
    dsum, dscale, dbias = layer_norm_backward(dy, token + position + segment, scale, bias, epsilon)
    dposition = dsum
    if len(position) < len(token):
        dposition = dsum.sum(axis=0, keepdims=True)
    return dsum, dposition, dsum, dscale, dbias
