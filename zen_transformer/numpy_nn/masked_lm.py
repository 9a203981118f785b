"""Masked language modelling.  Devlin et al. 2019, section 3.1, task 1, and appendix A.1.

Of every sequence 15% of the tokens are chosen, never [CLS], [SEP] or padding, and the
model must say what stood there. What it sees there is

    [MASK]            in 80% of the cases
    a random piece    in 10%
    the token itself  in 10%, so that every vector has to stay a good guess
"""

import numpy as np
from jaxtyping import Bool, Int


def mask_batch(
    rng: np.random.Generator,
    batch: dict[str, np.ndarray],
    maskable: Bool[np.ndarray, "batch length"],
    *,
    mask_id: int,
    vocab_size: int,
    rate: float = 0.15,
) -> dict[str, np.ndarray]:
    """The batch with masks drawn: round(rate · maskable tokens) of each sequence, at least one.

    Args:
        rng: what is drawn from; another generator than JAX's, so other masks.
        batch: with `input_ids`.
        maskable: False for special tokens and padding.
    """
    ids: Int[np.ndarray, "batch length"] = batch["input_ids"]
    length = ids.shape[1]
    room = max(1, round(rate * length))
    available = maskable.sum(axis=1)
    count = np.minimum(np.maximum(1, np.round(rate * available)), available)

    # A lottery: every token draws a number, the largest win.
    tickets = np.where(maskable, rng.random(ids.shape), -1.0)
    positions = np.argsort(-tickets, axis=1)[:, :room]
    chosen = np.arange(room) < count[:, None]
    labels = np.take_along_axis(ids, positions, axis=1)
    action = rng.random(labels.shape)
    random_ids = rng.integers(0, vocab_size, labels.shape)
    seen = np.where(action < 0.8, mask_id, np.where(action < 0.9, random_ids, labels))
    masked = ids.copy()
    np.put_along_axis(masked, positions, np.where(chosen, seen, labels), axis=1)
    return batch | {
        "input_ids": masked,
        "masked_positions": positions,
        "masked_labels": labels,
        "masked_weights": chosen.astype(float),
    }
