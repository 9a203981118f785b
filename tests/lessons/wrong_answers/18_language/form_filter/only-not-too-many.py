"""A token may come if it does not make too many.

Named: form-without-look-ahead
"""

import numpy as np


def form_filter(logits, syllables, prompt, written, wanted, end):
    have = syllables[np.concatenate([prompt, written]).astype(int)].sum()
    missing = wanted - have
    sizes = {int(s) for v, s in enumerate(syllables) if s > 0 and v != end}
    possible = [True] + [False] * max(wanted, 0)
    for n in range(1, len(possible)):
        possible[n] = any(s <= n and possible[n - s] for s in sizes)
    result = np.full(len(logits), -np.inf)
    for v, s in enumerate(syllables):
        rest = missing - s
        ok = missing == 0 if v == end else rest >= 0
        if ok:
            result[v] = logits[v]
    return result
