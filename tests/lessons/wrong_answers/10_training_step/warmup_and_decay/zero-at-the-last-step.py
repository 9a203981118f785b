"""The last step has a rate of 0."""


def warmup_and_decay(step, steps, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    if step < steps:
        return peak * (steps - 1 - step) / (steps - 1 - warmup)
    return 0.0
