"""A place where the token stays has no label.

Named: labels-only-where-changed
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, random_ids, input_ids))
    seen = np.where(chosen, seen, input_ids)
    return seen, np.where(seen != input_ids, input_ids, -100)
