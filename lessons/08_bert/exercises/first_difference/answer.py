import numpy as np


def first_difference(
    ours: list[np.ndarray], theirs: list[np.ndarray], tolerance: float
) -> tuple[int, float]:
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} layers on one side and {len(theirs)} on the other")
    largest = 0.0
    for layer, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if a.shape != b.shape:
            raise ValueError(f"layer {layer} has shape {a.shape} and {b.shape}")
        error = np.max(np.abs(a - b)) / np.max(np.abs(b))
        if not error <= tolerance:
            return layer, error
        largest = max(largest, error)
    return -1, largest
