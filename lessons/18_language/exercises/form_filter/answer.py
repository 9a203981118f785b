import numpy as np


def form_filter(
    logits: np.ndarray,
    syllables: np.ndarray,
    prompt: np.ndarray,
    written: np.ndarray,
    wanted: int,
    end: int,
) -> np.ndarray:
    """First what can be made up at all, then what would be missing behind each token."""
    possible = [True]
    for count in range(1, wanted + 1):
        steps = [step for step in set(syllables.tolist()) if 0 < step <= count]
        possible.append(any(possible[count - step] for step in steps))
    so_far = syllables[prompt].sum() + syllables[written].sum()
    missing = wanted - so_far - syllables
    fits = np.array([n >= 0 and possible[n] for n in missing.tolist()])
    fits[end] = so_far == wanted
    return np.where(fits, logits, -np.inf)
