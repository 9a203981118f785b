import numpy as np


def unigram_baseline(
    train_ids: np.ndarray, test_ids: np.ndarray, vocab_size: int
) -> tuple[float, float]:
    """What somebody gets right who knows how often each piece occurs and nothing else.

        p_w      = (c_w + 1) / (Σ_v c_v + V)          c_w: how often w is in the training text
        loss     = −(1/n) Σ_i log p(t_i)              t_1 … t_n: the test text; log is natural
        accuracy = the share of i with t_i = argmax_w p_w

    Every piece is counted once more than it was seen, so that none has p = 0. Of several with the
    largest p the one with the smallest id is guessed.

    Args:
        train_ids: [tokens], whole numbers below vocab_size.
        test_ids: [tokens], likewise.
        vocab_size: V.

    Returns:
        the loss and the accuracy, two numbers.
    """
    raise NotImplementedError
