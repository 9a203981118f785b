import numpy as np


def fill_mask(
    logits: np.ndarray, input_ids: np.ndarray, mask_id: int, k: int, special_ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The k likeliest pieces for each [MASK] of a text, the likeliest first.

        P(w | text) = e^{z_w} / Σ_v e^{z_v}          z: the logits of the [MASK]'s own place

    Special tokens are no answer: w is none of them, and neither is any v of the sum.

    Args:
        logits: [length, vocab], z at every place; as large as 2,000. No two in a row are equal.
        input_ids: [length], whole numbers.
        mask_id: the id of [MASK].
        k: how many pieces; there are at least as many that are not special.
        special_ids: the ids of the special tokens, [MASK] among them.

    Returns:
        ids [masks, k] and probabilities [masks, k], the masks in the order of the text. The
        probabilities are those among all pieces that are not special, so the k of them add up to
        at most 1.
    """
    raise NotImplementedError
