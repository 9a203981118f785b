"""The labels stand where nothing is chosen.

Named: labels-turned-round
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, random_ids, input_ids))
    return np.where(chosen, seen, input_ids), np.where(chosen, -100, input_ids)
