"""The ids are replaced in place.

Named: replaced-in-place
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    labels = np.where(chosen, input_ids, -100)
    input_ids[chosen & (action < 0.8)] = mask_id
    randoms = chosen & (action >= 0.8) & (action < 0.9)
    input_ids[randoms] = random_ids[randoms]
    return input_ids, labels
