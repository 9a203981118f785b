"""The last two tenths are swapped: kept from 0.8 to 0.9, random from 0.9."""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = input_ids.copy()
    seen[chosen & (action < 0.8)] = mask_id
    where = chosen & (action >= 0.9)
    seen[where] = random_ids[where]
    labels = np.full_like(input_ids, -100)
    labels[chosen] = input_ids[chosen]
    return seen, labels
