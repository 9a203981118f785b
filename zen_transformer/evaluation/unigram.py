"""The baseline of every masked language model: word frequencies, without the context."""

import numpy as np
from jaxtyping import Float


def unigram_baseline(
    train: Float[np.ndarray, " vocab"], test: Float[np.ndarray, " vocab"]
) -> tuple[float, float]:
    """Compute loss (nats) and accuracy of guessing by frequency alone.

        loss     = −Σ_w q(w) log p(w)          p, q: the tokens' frequencies in training and test
        accuracy = q(argmax p)

    p has to be above 0 everywhere.
    """
    return float(-np.sum(test * np.log(train))), float(test[np.argmax(train)])
