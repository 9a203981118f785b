import numpy as np


def unigram_baseline(
    train_ids: np.ndarray, test_ids: np.ndarray, vocab_size: int
) -> tuple[float, float]:
    counts = np.bincount(train_ids, minlength=vocab_size) + 1
    p = counts / np.sum(counts)
    loss = -np.mean(np.log(p[test_ids]))
    accuracy = np.mean(test_ids == np.argmax(p))
    return loss, accuracy
