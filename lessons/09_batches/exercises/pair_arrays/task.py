import numpy as np


def pair_arrays(
    first: list[int], second: list[int], length: int, cls_id: int, sep_id: int, pad_id: int
) -> dict[str, np.ndarray]:
    """One pair of passages as a padded row.

        input_ids       [CLS] first [SEP] second [SEP] [PAD] [PAD] …
        token_type_ids    0     0     0      1     1     0     0
        attention_mask    1     1     1      1     1     0     0

    Args:
        first: the ids of A, without special tokens.
        second: the ids of B.
        length: of the row; there is room for everything.
        cls_id, sep_id, pad_id: the ids of the special tokens. Two of them may be the same.

    Returns:
        "input_ids", "token_type_ids" and "attention_mask", whole numbers, [length] each.
    """
    raise NotImplementedError
