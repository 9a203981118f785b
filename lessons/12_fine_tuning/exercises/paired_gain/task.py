import numpy as np


def paired_gain(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, int]:
    """What we gain over them, when both were tried with the same seeds.

    Run k of both learnt from the same examples in the same order, so what chance did to one it
    also did to the other. Their difference is free of it:

        d_k = ours_k − theirs_k

    Args:
        ours: [seeds], accuracies, at least two.
        theirs: [seeds], accuracies of the other model with the same seeds.

    Returns:
        the mean of d, its deviation (divided by n − 1), and in how many seeds d > 0.
    """
    raise NotImplementedError
