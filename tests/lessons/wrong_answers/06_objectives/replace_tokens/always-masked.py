"""Every chosen place is masked.

Named: always-the-mask-token
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    return np.where(chosen, mask_id, input_ids), np.where(chosen, input_ids, -100)
