"""A warmup of 0 is taken as 1, so the first step has a rate of 0.

Named: warmup-of-at-least-one-step
"""


def warmup_and_decay(step, steps, warmup, peak):
    warmup = max(warmup, 1)
    if step < warmup:
        return peak * step / warmup
    if step < steps:
        return peak * (steps - step) / (steps - warmup)
    return 0.0
