import numpy as np


def beam_step(
    scores: np.ndarray, log_probs: np.ndarray, length: int, end_id: int, alpha: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All continuations of a text compete with each other."""
    texts, beams, vocab = log_probs.shape
    total = scores[:, :, None] + log_probs
    finished = total[:, :, end_id] / (length + 1) ** alpha
    total[:, :, end_id] = -np.inf
    flat = total.reshape(texts, beams * vocab)
    best = np.argsort(-flat, axis=1, kind="stable")[:, :beams]
    kept = np.take_along_axis(flat, best, axis=1)
    return finished, kept, best // vocab, best % vocab
