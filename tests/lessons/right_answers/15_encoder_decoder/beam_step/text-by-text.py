"""Text by text with sorted tuples."""

import numpy as np


def beam_step(scores, log_probs, length, end_id, alpha):
    texts, beams, vocab = log_probs.shape
    worth = (scores + log_probs[..., end_id]) * float(length + 1) ** -alpha
    rows = []
    for s, lp in zip(scores, log_probs):
        options = [
            (s[b] + lp[b, v], b, v) for b in range(beams) for v in range(vocab) if v != end_id
        ]
        rows.append(sorted(options, reverse=True, key=lambda option: option[0])[:beams])
    new, origin, token = (np.array([[o[i] for o in row] for row in rows]) for i in range(3))
    return worth, new.astype(float), origin.astype(int), token.astype(int)
