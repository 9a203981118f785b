import numpy as np


def log_sum_exp(z):
    """log Σ exp z over the last axis, finite for any z. Given: use it."""
    m = np.max(z, axis=-1, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[..., 0]


def pretraining_loss(
    prediction_logits: np.ndarray,
    labels: np.ndarray,
    pair_logits: np.ndarray,
    pair_labels: np.ndarray,
) -> tuple[float, float, float]:
    """The loss of a batch: masked words and next sentences, each a mean over its questions.

        L = L_words + L_pairs
        L_words = Σ (log Σ exp z − z_y) / (number of labels that are not −100), over these
        L_pairs = the mean of log Σ exp z − z_y over all pairs

    If no token has a label, L_words is 0.

    Args:
        prediction_logits: [batch, length, vocab].
        labels: [batch, length], whole numbers; −100 for tokens without one.
        pair_logits: [batch, 2].
        pair_labels: [batch], 0 where B follows A and 1 where it does not. All of them count.

    Returns:
        L, L_words and L_pairs.
    """
    raise NotImplementedError
