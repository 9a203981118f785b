import numpy as np


def attention_backward(
    dcontext: np.ndarray, query: np.ndarray, key: np.ndarray, value: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of C = A V with A = softmax(Q Kᵀ / √d), head by head.

        dV = Aᵀ dC          dA = dC Vᵀ          dS_ij = A_ij (dA_ij − Σ_l A_il dA_il)
        dQ = dS K / √d      dK = dSᵀ Q / √d     dS = 0 at hidden keys

    A hidden key's score is replaced by the most negative number before the softmax. Where all
    keys are hidden, all weights are equal, and no score gets a gradient.

    Args:
        dcontext: [batch, heads, length, head_dim], ∂L/∂C.
        query: [batch, heads, length, head_dim].
        key, value: [batch, heads, keys, head_dim].
        mask: [batch, 1, 1, keys], booleans: True where a key may be attended to.

    Returns:
        dQ, dK and dV, shaped as Q, K and V.
    """
    raise NotImplementedError
