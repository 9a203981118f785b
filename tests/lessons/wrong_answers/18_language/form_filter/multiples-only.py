"""The rest must be a multiple of one token's syllables.

Named: form-rests-of-one-word-only
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
        ok = (
            missing == 0
            if v == end
            else (rest >= 0 and (rest == 0 or any(rest % s == 0 for s in sizes)))
        )
        if ok:
            result[v] = logits[v]
    return result
