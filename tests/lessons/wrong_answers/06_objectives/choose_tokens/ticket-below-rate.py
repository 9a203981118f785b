"""A token is chosen where its ticket is below the rate.

Named: a-coin-for-every-token
"""

import numpy as np


def choose_tokens(input_ids, attention_mask, special_ids, tickets, rate):
    eligible = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    return eligible & (tickets < rate)
