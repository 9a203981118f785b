"""The rate falls as if it had fallen from step 0.

Named: decay-counted-from-step-0
"""


def warmup_and_decay(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    if step < steps:
        return peak * (steps - step) / steps
    return 0.0
