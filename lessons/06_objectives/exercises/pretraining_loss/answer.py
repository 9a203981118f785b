import numpy as np


def pretraining_loss(
    prediction_logits: np.ndarray,
    labels: np.ndarray,
    pair_logits: np.ndarray,
    pair_labels: np.ndarray,
) -> tuple[float, float, float]:
    labelled = labels != -100
    classes = np.where(labelled, labels, 0)
    right = np.take_along_axis(prediction_logits, classes[..., None], axis=-1)[..., 0]
    errors = labelled * (log_sum_exp(prediction_logits) - right)
    words = np.sum(errors) / max(1, np.sum(labelled))
    right = np.take_along_axis(pair_logits, pair_labels[:, None], axis=-1)[:, 0]
    pairs = np.mean(log_sum_exp(pair_logits) - right)
    return words + pairs, words, pairs
