import numpy as np


def cut_pair(first: np.ndarray, second: np.ndarray, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut two passages until both together fit into `room` places.

    As long as they do not fit, the longer one gives up a token; where both are equally long, B
    does. A gives up tokens at its front and B at its back: A's last token and B's first stand
    side by side in the document, and that is what the label is about.

    Args:
        first: the ids of A, [a].
        second: the ids of B, [b].
        room: places for the tokens of both.

    Returns:
        What is left of A and of B.
    """
    raise NotImplementedError
