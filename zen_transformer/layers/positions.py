"""Sinusoidal positions, which are not learned.  Vaswani et al. 2017, section 3.5.

    P[i, 2k]     = sin(i / 10000^(2k / hidden))
    P[i, 2k + 1] = cos(i / 10000^(2k / hidden))

Each pair of columns is a rotation with a period between 2π tokens (the first pair) and nearly
10000 · 2π (the last). A shift by n tokens rotates each pair by an angle that does not depend on the
position: P[i + n] is a fixed linear map of P[i].

The paper's code and HuggingFace's Marian have all sines first and then all cosines ("halves"): the
same numbers with the columns in another order.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def sinusoidal_positions(
    length: int, hidden: int, halves: bool = False
) -> Float[Array, "length hidden"]:
    """P for the positions 0 to length − 1. An odd `hidden` leaves out the last cosine.

    In float32 the sine at position 1,000 would have four correct digits, so NumPy computes the
    table in float64.

    Args:
        length: number of positions.
        hidden: width of the vectors.
        halves: put all sines first, then all cosines.
    """
    angles = np.arange(length)[:, None] / 10_000.0 ** (np.arange(0, hidden, 2) / hidden)
    sines, cosines = np.sin(angles), np.cos(angles)[:, : hidden // 2]
    if halves:
        return jnp.asarray(np.concatenate([sines, cosines], axis=1))
    table = np.zeros((length, hidden))
    table[:, 0::2], table[:, 1::2] = sines, cosines
    return jnp.asarray(table)
