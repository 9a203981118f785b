"""The smaller of both lines, without the end."""


def warmup_and_decay(step, steps, warmup, peak):
    up = step / warmup if warmup else 1.0
    return peak * min(up, abs(steps - step) / (steps - warmup))
