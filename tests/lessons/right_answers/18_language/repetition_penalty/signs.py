"""By the power of the penalty with the sign of the logit."""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    written = {int(v) for v, ok in zip(token_ids, valid) if ok}
    factor = np.power(float(penalty), -np.sign(logits))
    return logits * np.array([factor[v] if v in written else 1.0 for v in range(len(logits))])
