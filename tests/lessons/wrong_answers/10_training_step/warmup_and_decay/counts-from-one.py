"""The first step has a rate already.

Named: warmup-counted-from-one
"""


def warmup_and_decay(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step < steps:
        return peak * (steps - step) / (steps - warmup)
    return 0.0
