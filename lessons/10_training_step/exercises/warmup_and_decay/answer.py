def warmup_and_decay(step: int, steps: int, warmup: int, peak: float) -> float:
    """Linear up, linear down, and 0 from then on."""
    if step < warmup:
        return peak * step / warmup
    return peak * max(0, steps - step) / (steps - warmup)
