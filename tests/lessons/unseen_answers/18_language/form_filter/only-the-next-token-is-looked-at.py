"""A token may come if it has no more syllables than are missing; whether the rest can be made up is not asked."""

import numpy as np


def form_filter(logits, syllables, prompt, written, wanted, end):
    so_far = syllables[prompt.astype(int)].sum() + syllables[written.astype(int)].sum()
    missing = wanted - so_far
    may = syllables <= missing
    may[end] = missing == 0
    return np.where(may, logits, -np.inf)
