import numpy as np


def pair_arrays(
    first: list[int], second: list[int], length: int, cls_id: int, sep_id: int, pad_id: int
) -> dict[str, np.ndarray]:
    """[CLS] first [SEP] second [SEP], and what is said about each place."""
    ids = [cls_id, *first, sep_id, *second, sep_id]
    padding = length - len(ids)
    places = np.arange(length)
    return {
        "input_ids": np.array(ids + [pad_id] * padding),
        "token_type_ids": ((places > len(first) + 1) & (places < len(ids))).astype(int),
        "attention_mask": (places < len(ids)).astype(int),
    }
