"""Each number of syllables is used once.

Named: form-each-size-used-once
"""

import numpy as np


def form_filter(logits, syllables, prompt, written, wanted, end):
    have = syllables[np.concatenate([prompt, written]).astype(int)].sum()
    missing = wanted - have
    sizes = {int(s) for v, s in enumerate(syllables) if s > 0 and v != end}
    possible = [True] + [False] * max(wanted, 0)
    for s in sizes:
        for n in range(len(possible) - 1, s - 1, -1):
            possible[n] = possible[n] or possible[n - s]
    result = np.full(len(logits), -np.inf)
    for v, s in enumerate(syllables):
        rest = missing - s
        ok = missing == 0 if v == end else (rest >= 0 and possible[rest])
        if ok:
            result[v] = logits[v]
    return result
