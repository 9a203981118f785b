"""The ids are replaced in place, and the labels are taken from them afterwards.

Named: replaced-in-place-before-the-labels
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    input_ids[chosen & (action < 0.8)] = mask_id
    randoms = chosen & (action >= 0.8) & (action < 0.9)
    input_ids[randoms] = random_ids[randoms]
    return input_ids, np.where(chosen, input_ids, -100)
