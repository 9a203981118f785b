from zen_transformer.grading import points


@points(1)
def by_hand():
    """Ten steps, two of them warmup."""
    for step in range(10):
        yield step, 10, 2, 1.0


@points(1)
def no_warmup_and_after_the_end(rng):
    """From the peak at once; a long warmup; steps that come after the last."""
    for step in (0, 1, 3, 4, 9):
        yield step, 4, 0, 0.5
    for step in (0, 6, 7, 8, 12):
        yield step, 8, 7, 3e-3
    for _ in range(2):
        steps, peak = int(rng.integers(6, 60)), float(rng.uniform(0.1, 1))
        warmup = int(rng.integers(2, steps - 1))
        for step in (0, 1, warmup - 1, warmup, warmup + 1, steps - 1, steps, steps + 3):
            yield step, steps, warmup, peak
