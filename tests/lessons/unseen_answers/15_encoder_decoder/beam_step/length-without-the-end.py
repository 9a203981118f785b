"""|y| is the number of tokens so far, the END not counted."""

import numpy as np


def beam_step(scores, log_probs, length, end_id, alpha):
    texts, beams, vocab = log_probs.shape
    total = scores[:, :, None] + log_probs
    finished = total[:, :, end_id] / max(length, 1) ** alpha
    total[:, :, end_id] = -np.inf
    flat = total.reshape(texts, -1)
    order = np.argsort(-flat, axis=1)[:, :beams]
    return finished, np.take_along_axis(flat, order, 1), order // vocab, order % vocab
