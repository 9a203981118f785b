"""The position-wise feed-forward network.  Vaswani et al. 2017, section 3.3.

    FFN(x) = f(x W_1 + b_1) W_2 + b_2          W_1 [hidden, intermediate], W_2 back again

The same two linear maps are applied to every token independently; f is GELU in BERT.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from zen_transformer.numpy_nn.activations import BACKWARD
from zen_transformer.numpy_nn.linear import linear, linear_backward


def feed_forward(
    x: Float[np.ndarray, "*rows hidden"],
    in_kernel: Float[np.ndarray, "hidden intermediate"],
    in_bias: Float[np.ndarray, " intermediate"],
    out_kernel: Float[np.ndarray, "intermediate hidden"],
    out_bias: Float[np.ndarray, " hidden"],
    activation: Callable[[np.ndarray], np.ndarray],
) -> Float[np.ndarray, "*rows hidden"]:
    """f(x W_1 + b_1) W_2 + b_2."""
    return linear(activation(linear(x, in_kernel, in_bias)), out_kernel, out_bias)


def feed_forward_backward(
    dy: Float[np.ndarray, "*rows hidden"],
    x: Float[np.ndarray, "*rows hidden"],
    in_kernel: Float[np.ndarray, "hidden intermediate"],
    in_bias: Float[np.ndarray, " intermediate"],
    out_kernel: Float[np.ndarray, "intermediate hidden"],
    out_bias: Float[np.ndarray, " hidden"],
    activation: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """dx, dW_1, db_1, dW_2, db_2.

    Three functions are composed: u = x W_1 + b_1, a = f(u), y = a W_2 + b_2. The chain rule goes
    through them in reverse order:

        dy → da, dW_2, db_2          linear_backward
        da → du                      du_i = da_i f′(u_i)
        du → dx, dW_1, db_1          linear_backward
    """
    u = linear(x, in_kernel, in_bias)
    da, dout_kernel, dout_bias = linear_backward(dy, activation(u), out_kernel, out_bias)
    du = BACKWARD[activation](da, u)
    dx, din_kernel, din_bias = linear_backward(du, x, in_kernel, in_bias)
    return dx, din_kernel, din_bias, dout_kernel, dout_bias
