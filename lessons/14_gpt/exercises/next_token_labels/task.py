import numpy as np


def next_token_labels(
    ids: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a GPT reads of some texts, and what it is asked.

    It reads all places but the last one and is asked at each for the token after it. A place that
    has no next token has the label −100, which asks for nothing.

    Args:
        ids: [texts, places], the texts' ids. What stands behind a text's end means nothing.
        lengths: [texts], of how many ids each text is; 1 or more, and at most `places`.

    Returns:
        input_ids, attention_mask and labels, each [texts, places − 1], integers: what is read, with
        0 behind a text's end; 1 for a real token and 0 for padding; and the labels.
    """
    raise NotImplementedError
