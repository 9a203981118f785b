"""The set of all sums that can be made, grown until nothing is new."""

import numpy as np


def form_filter(logits, syllables, prompt, written, wanted, end):
    line = [*prompt.tolist(), *written.tolist()]
    missing = wanted - sum(int(syllables[v]) for v in line)
    steps = set(np.delete(syllables, end).tolist()) - {0}
    sums, new = {0}, {0}
    while new:
        new = {a + b for a in new for b in steps if a + b <= wanted} - sums
        sums |= new
    allowed = np.isin(missing - syllables, list(sums))
    allowed[end] = missing == 0
    return np.where(allowed, logits, -np.inf)
