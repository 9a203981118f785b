"""90% masked, 10% random, none kept.

Named: never-kept
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.9, mask_id, random_ids)
    return np.where(chosen, seen, input_ids), np.where(chosen, input_ids, -100)
