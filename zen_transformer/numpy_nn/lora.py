"""LoRA: a change of low rank beside a frozen linear map.  Hu et al. 2021, section 4.1.

    y = s · x A B          A [in, rank], B [rank, out]

It is added to the output of the frozen map.
"""

import numpy as np
from jaxtyping import Float


def lora(
    x: Float[np.ndarray, "*rows in"],
    lora_a: Float[np.ndarray, "in rank"],
    lora_b: Float[np.ndarray, "rank out"],
    scale: float,
) -> Float[np.ndarray, "*rows out"]:
    """s · x A B."""
    return scale * ((x @ lora_a) @ lora_b)


def lora_backward(
    dy: Float[np.ndarray, "*rows out"],
    x: Float[np.ndarray, "*rows in"],
    lora_a: Float[np.ndarray, "in rank"],
    lora_b: Float[np.ndarray, "rank out"],
    scale: float,
) -> tuple[
    Float[np.ndarray, "*rows in"], Float[np.ndarray, "in rank"], Float[np.ndarray, "rank out"]
]:
    """dx, dA, dB.

    With u = x A, and all rows stacked, y = s u B is a linear map of u, and u one of x:

        dB = s uᵀ dy          du = s dy Bᵀ          dA = xᵀ du          dx = du Aᵀ

    At the start B is 0: then dA is 0, and the first step changes B alone.
    """
    inputs, rank = lora_a.shape
    u, du = x @ lora_a, scale * (dy @ lora_b.T)
    rows, drows = x.reshape(-1, inputs), dy.reshape(-1, dy.shape[-1])
    db = scale * (u.reshape(-1, rank).T @ drows)
    return du @ lora_a.T, rows.T @ du.reshape(-1, rank), db
