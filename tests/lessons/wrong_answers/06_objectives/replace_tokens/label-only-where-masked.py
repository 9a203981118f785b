"""Only masked places have a label.

Named: labels-only-at-the-mask-token
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, random_ids, input_ids))
    seen = np.where(chosen, seen, input_ids)
    return seen, np.where(chosen & (action < 0.8), input_ids, -100)
