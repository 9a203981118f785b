"""A place that is not chosen has the label −1.

Named: minus-one-for-no-label
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, random_ids, input_ids))
    return np.where(chosen, seen, input_ids), np.where(chosen, input_ids, -1)
