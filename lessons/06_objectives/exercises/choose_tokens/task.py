import numpy as np


def choose_tokens(
    input_ids: np.ndarray,
    attention_mask: np.ndarray,
    special_ids: np.ndarray,
    tickets: np.ndarray,
    rate: float,
) -> np.ndarray:
    """Choose the tokens to predict, by random numbers in every sequence.

        n = max(1, round(rate · m))          m: the tokens of the sequence that may be chosen

    The n largest tickets win. Special tokens and padding may not be chosen; where nothing may
    be, nothing is.

    Args:
        input_ids: [batch, length], whole numbers.
        attention_mask: [batch, length], 1 for real tokens and 0 for padding.
        special_ids: [specials], the ids of [CLS] and [SEP].
        tickets: [batch, length], numbers between 0 and 1, all different.
        rate: the share to choose, such as 0.15.

    Returns:
        [batch, length], booleans: True where a token is chosen.
    """
    raise NotImplementedError
