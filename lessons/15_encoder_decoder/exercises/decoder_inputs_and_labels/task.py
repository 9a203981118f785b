import numpy as np


def decoder_inputs_and_labels(
    targets: np.ndarray, lengths: np.ndarray, start_id: int, end_id: int, pad_id: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a decoder reads of some targets, and what it is asked.

        reads         START v_1 … v_m
        is asked for  v_1 … v_m END

    Behind that it reads padding, and the label is −100, which asks for nothing.

    Args:
        targets: [texts, places], ids without marks. What stands behind a text's end means nothing.
        lengths: m, [texts], of how many ids each text is; 0 or more, and at most `places`.
        start_id, end_id, pad_id: the marks' ids. Two of them may be the same.

    Returns:
        decoder_input_ids, decoder_attention_mask (1 for what is read, 0 for padding) and labels,
        each [texts, places + 1], integers.
    """
    raise NotImplementedError
