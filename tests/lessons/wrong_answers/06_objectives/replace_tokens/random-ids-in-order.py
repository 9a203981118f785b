"""The random ids are used one after the other, not those of the place.

Named: random-ids-one-after-the-other
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = np.where(chosen & (action < 0.8), mask_id, input_ids)
    randoms = chosen & (action >= 0.8) & (action < 0.9)
    seen[randoms] = random_ids.ravel()[: randoms.sum()]
    return seen, np.where(chosen, input_ids, -100)
