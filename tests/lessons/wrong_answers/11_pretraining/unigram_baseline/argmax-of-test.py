"""The most frequent piece of the test text.

Named: most-frequent-in-the-test-text
"""

import numpy as np


def unigram_baseline(train_ids, test_ids, vocab_size):
    counts = np.bincount(train_ids, minlength=vocab_size) + 1
    p = counts / counts.sum()
    loss = -np.log(p[test_ids]).mean()
    return float(loss), float((test_ids == np.bincount(test_ids).argmax()).mean())
