import numpy as np


def segment_ids(input_ids: np.ndarray, separator: int, padding: int) -> np.ndarray:
    """The segments of rows such as  [CLS] a b [SEP] c d [SEP] [PAD] [PAD].

    [CLS], the first sentence and its [SEP] are in segment 0. The second sentence and its [SEP]
    are in segment 1. Padding is in segment 0. A row may have one sentence only.

    Args:
        input_ids: [batch, length], whole numbers.
        separator: the id of [SEP].
        padding: the id of [PAD].

    Returns:
        [batch, length], whole numbers, 0 or 1.
    """
    raise NotImplementedError
