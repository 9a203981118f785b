"""Masked language modelling.  Devlin et al. 2019, section 3.1, task 1, and appendix A.1.

In every sequence 15% of the tokens are chosen, never [CLS], [SEP] or padding, and the model must
predict them. In the input each is replaced by

    [MASK]            in 80% of the cases
    a random piece    in 10%
    the token itself  in 10%, so that every hidden vector has to stay a good prediction
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
    """Mask round(rate · maskable tokens) of each sequence, at least one, and replace them 80/10/10.

    Args:
        rng: source of randomness; another generator than JAX's, so the masks differ from those of
            `objectives.masked_lm.mask_tokens`.
        batch: has `input_ids` [batch, length]; its other arrays are returned unchanged.
        maskable: False for special tokens and padding.
        mask_id: id of [MASK].
        vocab_size: random pieces are drawn from all ids below it.
        rate: share of the maskable tokens to predict.

    Returns:
        The batch with masked `input_ids`, and `masked_positions`, `masked_labels` and
        `masked_weights`, each [batch, predictions]; a weight of 0 marks an unused entry.
    """
    ids: Int[np.ndarray, "batch length"] = batch["input_ids"]
    length = ids.shape[1]
    room = max(1, round(rate * length))
    available = maskable.sum(axis=1)
    count = np.minimum(np.maximum(1, np.round(rate * available)), available)

    # Every token draws a random number; those with the largest are chosen.
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
