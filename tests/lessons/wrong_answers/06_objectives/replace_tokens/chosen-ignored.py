"""Every place is replaced by its number, chosen or not.

Named: replaced-where-not-chosen
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, random_ids, input_ids))
    return seen, np.where(chosen, input_ids, -100)
