"""The penalty of Wu et al.: ((5 + |y|) / 6) ** alpha.

Named: beam-with-the-penalty-of-wu
"""

import numpy as np


def beam_step(scores, log_probs, length, end_id, alpha):
    texts, beams, vocab = log_probs.shape
    total = scores[:, :, None] + log_probs
    finished = total[:, :, end_id] / ((5 + length + 1) / 6) ** alpha
    open_ = total.copy()
    open_[:, :, end_id] = -np.inf
    flat = open_.reshape(texts, -1)
    best = np.argsort(-flat, axis=1)[:, :beams]
    return finished, np.take_along_axis(flat, best, axis=1), best // vocab, best % vocab
