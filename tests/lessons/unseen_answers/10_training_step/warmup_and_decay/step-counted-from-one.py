"""(s + 1)/w in the warm-up: the first step has number 1."""


def warmup_and_decay(step, steps, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * max(0, steps - step) / (steps - warmup)
