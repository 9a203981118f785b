"""Nothing is said of s ≥ n: the rate becomes negative."""


def warmup_and_decay(step, steps, warmup, peak):
    if warmup and step < warmup:
        return peak * step / warmup
    return peak * (steps - step) / (steps - warmup)
