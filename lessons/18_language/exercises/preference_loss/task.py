import numpy as np


def preference_loss(
    log_probs: np.ndarray, reference: np.ndarray, in_answer: np.ndarray, beta: float
) -> tuple[float, np.ndarray]:
    """DPO: which of two answers was preferred.

        r(y) = β Σ_t (log π(y_t) − log π_ref(y_t))          over the tokens of the answer
        L    = −log σ(r(y_w) − r(y_l))                      the mean over the pairs

    Args:
        log_probs: log π of each token, [pairs, 2, length]: of each pair first the text that was
            preferred, w, then the other one, l.
        reference: log π_ref of the same tokens, [pairs, 2, length].
        in_answer: [pairs, 2, length], True for the tokens of the answer, False for those of the
            prompt before it and for padding behind it.
        beta: β, above 0.

    Returns:
        L, which stays finite also where a margin is −1,000, and the rewards r, [pairs, 2].
    """
    raise NotImplementedError
