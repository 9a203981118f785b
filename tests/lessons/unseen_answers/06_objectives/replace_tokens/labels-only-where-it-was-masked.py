"""Only those that became [MASK] have a label: kept and random ones have -100."""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    masked = chosen & (action < 0.8)
    seen = np.where(masked, mask_id, input_ids)
    seen = np.where(chosen & (action >= 0.8) & (action < 0.9), random_ids, seen)
    return seen, np.where(masked, input_ids, -100)
