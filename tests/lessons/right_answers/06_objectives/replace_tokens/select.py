"""np.select over the three cases."""

import numpy as np


def replace_tokens(input_ids, chosen, action, random_ids, mask_id):
    cases = [~chosen.astype(bool), action < 0.8, action < 0.9]
    seen = np.select(cases, [input_ids, np.full_like(input_ids, mask_id), random_ids], input_ids)
    labels = np.full(input_ids.shape, -100)
    np.copyto(labels, input_ids, where=chosen)
    return seen, labels
