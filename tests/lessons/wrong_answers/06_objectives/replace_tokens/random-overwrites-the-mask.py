"""First all below 0.9 become random, then those below 0.8 are not masked again.

Named: never-the-mask-token
"""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    seen = input_ids.copy()
    seen[chosen & (action < 0.9)] = random_ids[chosen & (action < 0.9)]
    return seen, np.where(chosen, input_ids, -100)
