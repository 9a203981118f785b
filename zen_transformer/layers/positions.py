"""Positions that are not learnt.  Vaswani et al. 2017, section 3.5.

    P[i, 2k]     = sin(i / 10000^(2k / hidden))
    P[i, 2k + 1] = cos(i / 10000^(2k / hidden))

Each pair of columns is the hand of a clock, the first turning once in 2π tokens, the last in
nearly 10000 · 2π. Going on by n tokens turns every hand by an angle of its own, wherever it stood:
P[i + n] is a fixed linear map of P[i].

The paper's own code, and HuggingFace's Marian, have all sines first and all cosines behind them
("halves"): the same numbers in another order of the columns.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def sinusoidal_positions(
    length: int, hidden: int, halves: bool = False
) -> Float[Array, "length hidden"]:
    """P for the places 0 to length − 1; of an odd width, the last cosine is left out.

    In float32 the sine of place 1,000 would have four digits: so this is NumPy, in float64.
    """
    angles = np.arange(length)[:, None] / 10_000.0 ** (np.arange(0, hidden, 2) / hidden)
    sines, cosines = np.sin(angles), np.cos(angles)[:, : hidden // 2]
    if halves:
        return jnp.asarray(np.concatenate([sines, cosines], axis=1))
    table = np.zeros((length, hidden))
    table[:, 0::2], table[:, 1::2] = sines, cosines
    return jnp.asarray(table)
