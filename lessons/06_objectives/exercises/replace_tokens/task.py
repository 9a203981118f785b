import numpy as np


def replace_tokens(
    input_ids: np.ndarray,
    chosen: np.ndarray,
    action: np.ndarray,
    random_ids: np.ndarray,
    mask_id: int,
) -> tuple[np.ndarray, np.ndarray]:
    """What the model sees, and what it must say.

    At a chosen place, with u its number in `action`:

        u < 0.8          mask_id
        0.8 ≤ u < 0.9    the number in `random_ids`
        0.9 ≤ u          the token itself

    The label at a chosen place is the token that stood there before, whichever of the three
    happened. At all other positions the token stays and the label is −100: nothing to predict.

    Args:
        input_ids: [batch, length], whole numbers. They must not be changed in place.
        chosen: [batch, length], booleans.
        action: [batch, length], numbers between 0 and 1.
        random_ids: [batch, length], ids drawn at random.
        mask_id: the id of [MASK].

    Returns:
        what is seen and the labels, both [batch, length].
    """
    raise NotImplementedError
