"""The score of the beam is not added.

Named: beam-forgets-what-it-was-worth
"""

import numpy as np


def beam_step(scores, log_probs, length, end_id, alpha):
    texts, beams, vocab = log_probs.shape
    total = np.where(np.isfinite(scores), 0.0, -np.inf)[:, :, None] + log_probs
    finished = total[:, :, end_id] / (length + 1) ** alpha
    open_ = total.copy()
    open_[:, :, end_id] = -np.inf
    flat = open_.reshape(texts, -1)
    best = np.argsort(-flat, axis=1)[:, :beams]
    return finished, np.take_along_axis(flat, best, axis=1), best // vocab, best % vocab
