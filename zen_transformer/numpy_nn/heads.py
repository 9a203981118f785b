"""Output heads: from hidden vectors to logits.

The linear head (classes, next sentence) is one linear map of the pooled vector, `linear`:

    logits = c W_y + b_y

The masked-word head (Devlin et al. 2019, section 3.1 and their code) first transforms the hidden
vector, then compares it with every row of the token table T, which it shares with the embeddings:

    t      = LayerNorm(f(h W + b))
    logits = t Tᵀ + b_vocab                    b_vocab [vocab] is the head's own
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from zen_transformer.numpy_nn.activations import BACKWARD
from zen_transformer.numpy_nn.linear import Weights, linear, linear_backward
from zen_transformer.numpy_nn.normalization import layer_norm, layer_norm_backward


def tied_logits(
    transformed: Float[np.ndarray, "*rows hidden"],
    table: Float[np.ndarray, "vocab hidden"],
    bias: Float[np.ndarray, " vocab"],
) -> Float[np.ndarray, "*rows vocab"]:
    """t Tᵀ + b_vocab: how similar t is to the vector of every piece of the vocabulary."""
    return transformed @ table.T + bias


def tied_logits_backward(
    dlogits: Float[np.ndarray, "*rows vocab"],
    transformed: Float[np.ndarray, "*rows hidden"],
    table: Float[np.ndarray, "vocab hidden"],
    bias: Float[np.ndarray, " vocab"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dt, dT, db.

    It is the linear map with W = Tᵀ, so dT = dWᵀ:

        dt_rk = Σ_w dz_rw T_wk          dT_wk = Σ_r dz_rw t_rk          db_w = Σ_r dz_rw

    The same T is the embedding table. Its whole gradient is the sum of this and of the gradient
    through the lookup: tied weights add their gradients.
    """
    dtransformed, dkernel, dbias = linear_backward(dlogits, transformed, table.T, bias)
    return dtransformed, dkernel.T, dbias


def masked_lm_head(
    parameters: Weights,
    hidden_states: Float[np.ndarray, "*rows hidden"],
    table: Float[np.ndarray, "vocab hidden"],
    activation: Callable[[np.ndarray], np.ndarray],
    epsilon: float,
) -> Float[np.ndarray, "*rows vocab"]:
    """LayerNorm(f(h W + b)) Tᵀ + b_vocab; `parameters` has `dense`, `norm` and `bias`."""
    activated = activation(linear(hidden_states, **parameters["dense"]))
    transformed = layer_norm(activated, **parameters["norm"], epsilon=epsilon)
    return tied_logits(transformed, table, parameters["bias"])


def masked_lm_head_backward(
    dlogits: Float[np.ndarray, "*rows vocab"],
    parameters: Weights,
    hidden_states: Float[np.ndarray, "*rows hidden"],
    table: Float[np.ndarray, "vocab hidden"],
    activation: Callable[[np.ndarray], np.ndarray],
    epsilon: float,
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """d parameters, dh, dT: backward through the four steps, the last one first."""
    u = linear(hidden_states, **parameters["dense"])
    activated = activation(u)
    transformed = layer_norm(activated, **parameters["norm"], epsilon=epsilon)
    dtransformed, dtable, dbias = tied_logits_backward(
        dlogits, transformed, table, parameters["bias"]
    )
    dactivated, dscale, dshift = layer_norm_backward(
        dtransformed, activated, **parameters["norm"], epsilon=epsilon
    )
    du = BACKWARD[activation](dactivated, u)
    dhidden, dkernel, dbias_in = linear_backward(du, hidden_states, **parameters["dense"])
    gradients = {
        "dense": {"kernel": dkernel, "bias": dbias_in},
        "norm": {"scale": dscale, "bias": dshift},
        "bias": dbias,
    }
    return gradients, dhidden, dtable
