"""Cross-entropy over classes.

    L = Σ_i w_i (log Σ_c exp z_ic − z_iy)        y_i the right class, w_i 0 or 1
    W = Σ_i w_i                                  the mean is L / W

log Σ exp is computed after subtracting the largest logit, so logits of 10⁴ stay finite.

Label smoothing (Szegedy et al. 2016, section 7) spreads a share ε of the target distribution evenly
over all C classes, so that no logit is driven to infinity:

    q_ic = (1 − ε) [c = y_i] + ε / C
    L    = Σ_i w_i (log Σ_c exp z_ic − Σ_c q_ic z_ic)
"""

import numpy as np
from jaxtyping import Float, Int

from zen_transformer.numpy_nn.attention import softmax


def log_sum_exp(logits: Float[np.ndarray, "*rows classes"]) -> Float[np.ndarray, "*rows"]:
    """m + log Σ exp(z − m), with m = max z."""
    maximum = np.max(logits, axis=-1)
    return maximum + np.log(np.sum(np.exp(logits - maximum[..., None]), axis=-1))


def log_sum_exp_backward(
    dy: Float[np.ndarray, "*rows"], logits: Float[np.ndarray, "*rows classes"]
) -> Float[np.ndarray, "*rows classes"]:
    """dz.

        ∂/∂z_c log Σ_e exp z_e = exp z_c / Σ_e exp z_e = softmax(z)_c

    (The gradient through m cancels: m is subtracted and added again.)
    """
    return dy[..., None] * softmax(logits)


def cross_entropy(
    logits: Float[np.ndarray, "*rows classes"],
    labels: Int[np.ndarray, "*rows"],
    weights: Float[np.ndarray, "*rows"],
    smoothing: float = 0.0,
) -> tuple[Float[np.ndarray, ""], Float[np.ndarray, ""]]:
    """Σ w (log Σ exp z − Σ_c q_c z_c), in nats, and Σ w; `smoothing` is ε."""
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    if smoothing > 0.0:
        right = (1.0 - smoothing) * right + smoothing * np.mean(logits, axis=-1)
    total = np.sum(weights * (log_sum_exp(logits) - right))
    return np.asarray(total), np.asarray(np.sum(weights))


def cross_entropy_backward(
    dsum: Float[np.ndarray, ""],
    logits: Float[np.ndarray, "*rows classes"],
    labels: Int[np.ndarray, "*rows"],
    weights: Float[np.ndarray, "*rows"],
    smoothing: float = 0.0,
) -> Float[np.ndarray, "*rows classes"]:
    """dz, given the gradient of the sum L; W does not depend on z. For the mean, `dsum` is 1 / W.

    Row i adds w_i (log Σ_c exp z_ic − Σ_c q_ic z_ic). The derivative of the first part is the
    softmax, of the second q, which without smoothing is 1 for the right class:

        dz_ic = dL · w_i (softmax(z_i)_c − q_ic)

    Predicted minus target probability: the entries of a row add up to 0.
    """
    classes = logits.shape[-1]
    right = (np.arange(classes) == labels[..., None]).astype(logits.dtype)
    right = (1.0 - smoothing) * right + smoothing / classes
    return log_sum_exp_backward(dsum * weights, logits) - (dsum * weights)[..., None] * right


def mean_cross_entropy(
    logits: Float[np.ndarray, "*rows classes"], labels: Int[np.ndarray, "*rows"]
) -> Float[np.ndarray, ""]:
    """L / W over the rows with a label of 0 or above; others (HuggingFace's −100) are ignored."""
    total, weight = cross_entropy(logits, *_classes_and_weights(labels))
    return np.asarray(total / np.maximum(weight, 1.0))


def mean_cross_entropy_backward(
    dmean: Float[np.ndarray, ""],
    logits: Float[np.ndarray, "*rows classes"],
    labels: Int[np.ndarray, "*rows"],
) -> Float[np.ndarray, "*rows classes"]:
    """dz. The mean is L times the constant 1/W, so dL = dmean / W."""
    classes, weights = _classes_and_weights(labels)
    share = np.asarray(dmean / np.maximum(weights.sum(), 1.0))
    return cross_entropy_backward(share, logits, classes, weights)


def _classes_and_weights(
    labels: Int[np.ndarray, "*rows"],
) -> tuple[Int[np.ndarray, "*rows"], Float[np.ndarray, "*rows"]]:
    """Replace ignored labels by class 0 and give them weight 0."""
    return np.maximum(labels, 0), (labels >= 0).astype(float)
