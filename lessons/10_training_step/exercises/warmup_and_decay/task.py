def warmup_and_decay(step: int, steps: int, warmup: int, peak: float) -> float:
    """The learning rate of a step: linear up, then linear down.

        η = peak · s / w                  for s < w
        η = peak · (n − s) / (n − w)      for w ≤ s < n
        η = 0                             for s ≥ n

    Args:
        step: s, the number of the step; the first has number 0.
        steps: n, how many there are.
        warmup: w, in how many of them the rate rises; 0 ≤ w < n.
        peak: the highest rate.

    Returns:
        η.
    """
    raise NotImplementedError
