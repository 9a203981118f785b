"""Attention heads that begin by looking at a neighbour.  After Vaswani et al. 2017, section 3.5.

    e_p[2i], e_p[2i + 1] = √2 sin(ω_i p), √2 cos(ω_i p)       place p; ω_i from π down to π/64
    e_p R_n = e_{p+n}                                         R_n turns pair i by the angle ω_i n
    q_p = c e_p R_n,   k_s = c e_s
    q_p · k_s / √d = (2 c² / √d) Σ_i cos(ω_i (p + n − s))     largest at s = p + n

Sinusoids were chosen since a shift by n places is a linear map of them, so that a model could
"easily learn to attend by relative positions". Easily is not at once: with small random weights all
scores are near 0, attention is uniform, and what the neighbours say is lost in the mean of all
tokens. The loss of masked words then stays where frequencies alone bring it, for hundreds of steps.
But the map is known. A head whose W_q holds c R_n and whose W_k holds c looks n places ahead from
the first step on.

The places need entries of the hidden vectors for themselves: the last ones, where the token vectors
are 0. The factor √2 makes the mean square of e_p 1, which is what LayerNorm makes of the others.
"""

import numpy as np
from jaxtyping import Float

PEAK = 10.0
"""Score of the token that a head looks at."""


def _frequencies(size: int) -> Float[np.ndarray, " pairs"]:
    """ω: the first one tells odd places from even ones, the last one turns once in 128 places."""
    return np.geomspace(np.pi, np.pi / 64, size // 2)


def place_vectors(length: int, size: int) -> Float[np.ndarray, "length size"]:
    """e_p for the places 0 to length − 1.

    Args:
        length: number of places.
        size: entries of a vector, an even number.
    """
    angles = np.arange(length)[:, None] * _frequencies(size)
    pairs = np.sqrt(2.0) * np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return pairs.reshape(length, size)


def shift(offset: int, size: int) -> Float[np.ndarray, "size size"]:
    """R_n for n = offset: place_vectors @ R_n are the vectors n places on."""
    matrix = np.zeros((size, size))
    for pair, angle in enumerate(_frequencies(size) * offset):
        turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        matrix[2 * pair : 2 * pair + 2, 2 * pair : 2 * pair + 2] = turn
    return matrix


def neighbor_head(
    hidden: int, head_dim: int, size: int, offset: int
) -> tuple[Float[np.ndarray, "hidden head_dim"], Float[np.ndarray, "hidden head_dim"]]:
    """W_q and W_k of a head that looks `offset` places ahead; behind, if that is negative.

    Args:
        hidden: width of the hidden vectors, of which the last `size` entries hold e_p.
        head_dim: d.
        size: entries of e_p, an even number, at most `head_dim`.
        offset: n.
    """
    scale = np.sqrt(PEAK * np.sqrt(head_dim) / size)
    query, key = np.zeros((2, hidden, head_dim))
    query[hidden - size :, :size] = scale * shift(offset, size)
    key[hidden - size :, :size] = scale * np.eye(size)
    return query, key
