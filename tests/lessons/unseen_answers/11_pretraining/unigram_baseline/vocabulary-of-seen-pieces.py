"""V is the number of pieces that were seen, not vocab_size."""

import numpy as np


def unigram_baseline(train_ids, test_ids, vocab_size):
    c = np.bincount(train_ids, minlength=vocab_size)
    p = (c + 1) / (c.sum() + (c > 0).sum())
    return float(-np.log(p[test_ids]).mean()), float((test_ids == p.argmax()).mean())
