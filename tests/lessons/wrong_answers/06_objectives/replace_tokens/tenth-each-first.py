"""Below 0.1 random, below 0.2 the same, otherwise masked.

Named: tenths-in-another-order
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.1, random_ids, np.where(action < 0.2, input_ids, mask_id))
    seen = np.where(chosen, seen, input_ids)
    return seen, np.where(chosen, input_ids, -100)
