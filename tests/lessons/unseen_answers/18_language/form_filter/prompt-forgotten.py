"""The syllables of the prompt are not counted."""

import numpy as np


def form_filter(logits, syllables, prompt, written, wanted, end):
    missing = wanted - sum(int(syllables[w]) for w in written)
    can = [True] + [False] * max(missing, 0)
    sizes = {int(s) for s in syllables if s > 0}
    for n in range(1, missing + 1):
        can[n] = any(s <= n and can[n - s] for s in sizes)
    out = logits.astype(float).copy()
    for v in range(len(logits)):
        rest = missing - int(syllables[v])
        if rest < 0 or not can[rest]:
            out[v] = -np.inf
    if missing != 0:
        out[end] = -np.inf
    return out
