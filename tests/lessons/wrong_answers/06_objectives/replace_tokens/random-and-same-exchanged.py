"""From 0.8 the token stays, from 0.9 it is random.

Named: random-and-kept-exchanged
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, input_ids, random_ids))
    seen = np.where(chosen, seen, input_ids)
    return seen, np.where(chosen, input_ids, -100)
