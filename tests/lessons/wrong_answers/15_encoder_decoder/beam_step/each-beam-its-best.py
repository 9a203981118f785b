"""Each beam goes on with its own best token.

Named: beam-each-with-its-own-best
"""

import numpy as np


def beam_step(scores, log_probs, length, end_id, alpha):
    total = scores[:, :, None] + log_probs
    finished = total[:, :, end_id] / (length + 1) ** alpha
    total[:, :, end_id] = -np.inf
    tokens, best = total.argmax(axis=2), total.max(axis=2)
    origin = np.argsort(-best, axis=1)
    return (
        finished,
        np.take_along_axis(best, origin, 1),
        origin,
        np.take_along_axis(tokens, origin, 1),
    )
