"""The logarithm to base 2.

Named: baseline-in-bits
"""

import numpy as np


def unigram_baseline(train_ids, test_ids, vocab_size):
    counts = np.bincount(train_ids, minlength=vocab_size) + 1
    p = counts / counts.sum()
    loss = -np.log2(p[test_ids]).mean()
    return float(loss), float((test_ids == p.argmax()).mean())
