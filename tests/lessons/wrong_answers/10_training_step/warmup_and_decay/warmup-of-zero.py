"""Divides by a warmup of 0.

Named: warmup-of-nothing-divided-by
"""


def warmup_and_decay(step, steps, warmup, peak):
    if step <= warmup:
        return peak * step / warmup
    if step < steps:
        return peak * (steps - step) / (steps - warmup)
    return 0.0
