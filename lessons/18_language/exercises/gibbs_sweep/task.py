import numpy as np


def guess(table: np.ndarray, token_ids: np.ndarray, place: int) -> np.ndarray:
    """The logits of a very small BERT for one place, [vocab]: every token of the text, the one at
    this place among them, says what it speaks for there."""
    return table[place, np.arange(len(token_ids)), token_ids].sum(axis=0)


def gibbs_sweep(
    token_ids: np.ndarray,
    places: np.ndarray,
    numbers: np.ndarray,
    table: np.ndarray,
    mask_id: int,
    special_ids: np.ndarray,
) -> np.ndarray:
    """Draw the tokens at some places anew, one after the other.

        w_i ~ softmax(guess(w_1 … w_{i−1} [MASK] w_{i+1} … w_n))        over all but special tokens

    A token is drawn with a number u from 0 to 1: it is the first, in the order of the ids, with
    which the sum of the probabilities comes above u.

    Args:
        token_ids: the text, [length].
        places: which are drawn, in this order, [places].
        numbers: u for each of them, [places].
        table: the BERT, [length, length, vocab, vocab], for `guess`.
        mask_id: of [MASK].
        special_ids: tokens that are never drawn, [MASK] among them.

    Returns:
        The text after the sweep, [length].
    """
    raise NotImplementedError
