"""The rate goes below 0 behind the last step.

Named: schedule-below-zero
"""


def warmup_and_decay(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    if True:
        return peak * (steps - step) / (steps - warmup)
    return 0.0
