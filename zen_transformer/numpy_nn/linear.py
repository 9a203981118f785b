"""The linear map.

    y = x W + b          W [in, out], b [out]

It acts on the last axis; any number of axes may precede it.
"""

from typing import Any

import numpy as np
from jaxtyping import Float

Weights = dict[Any, Any]
"""Arrays by name, in the nested dict that `nnx.to_pure_dict` returns for the JAX model."""


def linear(
    x: Float[np.ndarray, "*rows in"],
    kernel: Float[np.ndarray, "in out"],
    bias: Float[np.ndarray, " out"],
) -> Float[np.ndarray, "*rows out"]:
    """y = x W + b."""
    return x @ kernel + bias


def linear_backward(
    dy: Float[np.ndarray, "*rows out"],
    x: Float[np.ndarray, "*rows in"],
    kernel: Float[np.ndarray, "in out"],
    bias: Float[np.ndarray, " out"],
) -> tuple[Float[np.ndarray, "*rows in"], Float[np.ndarray, "in out"], Float[np.ndarray, " out"]]:
    """dx, dW, db.

    Row r of the output is y_rj = Σ_i x_ri W_ij + b_j. The loss depends on

        x_ri  through every y_rj of its row:    dx_ri = Σ_j dy_rj ∂y_rj/∂x_ri = Σ_j dy_rj W_ij
        W_ij  through y_rj of every row:        dW_ij = Σ_r dy_rj ∂y_rj/∂W_ij = Σ_r x_ri dy_rj
        b_j   through y_rj of every row:        db_j  = Σ_r dy_rj

    As matrices, with all rows stacked: dx = dy Wᵀ, dW = xᵀ dy.
    """
    inputs, outputs = kernel.shape
    rows, drows = x.reshape(-1, inputs), dy.reshape(-1, outputs)
    return dy @ kernel.T, rows.T @ drows, drows.sum(axis=0)
