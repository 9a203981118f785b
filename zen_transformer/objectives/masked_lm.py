"""Masked language modelling.  Devlin et al. 2019, section 3.1, task 1, and appendix A.1.

In every sequence 15% of the tokens are chosen, never [CLS], [SEP] or padding, and the model
predicts them. In their places it sees

    [MASK]            in 80% of the cases
    a random token    in 10%
    the token itself  in 10%, so that every token's vector has to stay a good guess

The choice is drawn anew each time a sequence is used.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key


class MaskedSequence(NamedTuple):
    """The ids that the model reads, and the `labels` that it predicts at `positions`, where
    `weights` are 1; the other entries, of weight 0, fill the row."""

    input_ids: Int[Array, " length"]
    positions: Int[Array, " predictions"]
    labels: Int[Array, " predictions"]
    weights: Float[Array, " predictions"]


def predictions_per_sequence(length: int, rate: float) -> int:
    """Return the number of entries for the chosen tokens of a sequence of this length."""
    return max(1, round(rate * length))


def mask_tokens(
    key: Key[Array, ""],
    input_ids: Int[Array | np.ndarray, " length"],
    maskable: Bool[Array | np.ndarray, " length"],
    *,
    mask_id: int,
    vocab_size: int,
    rate: float = 0.15,
    continues_word: Bool[Array | np.ndarray, " length"] | None = None,
) -> MaskedSequence:
    """Choose exactly round(rate · maskable tokens), at least one, and replace them 80/10/10.

    Args:
        maskable: False for special tokens and padding.
        mask_id: id of [MASK].
        vocab_size: random tokens are drawn from so many.
        rate: share of the maskable tokens that are chosen.
        continues_word: True where a token continues the word before it (##…). If given, whole
            words are chosen, in random order, as long as they fit into the number.
    """
    input_ids, maskable = jnp.asarray(input_ids), jnp.asarray(maskable)
    (length,) = input_ids.shape
    room = predictions_per_sequence(length, rate)
    counts = jnp.array([max(1, round(rate * tokens)) for tokens in range(length + 1)]).at[0].set(0)
    count = counts[jnp.sum(maskable)]
    order_key, action_key, word_key = jax.random.split(key, 3)

    # Every token draws a number; those with the largest numbers are chosen.
    priorities = jax.random.uniform(order_key, (length,))
    if continues_word is not None:
        word = jnp.cumsum(~continues_word) - 1
        priorities = priorities[word]
    priorities, positions = jax.lax.top_k(jnp.where(maskable, priorities, -1.0), length)
    if continues_word is None:
        chosen = jnp.arange(length) < count
    else:
        chosen = _whole_words(priorities, count, room)
    positions, chosen = positions[:room], chosen[:room]

    labels = input_ids[positions]
    action = jax.random.uniform(action_key, (room,))
    random_ids = jax.random.randint(word_key, (room,), 0, vocab_size, input_ids.dtype)
    seen = jnp.where(action < 0.8, mask_id, jnp.where(action < 0.9, random_ids, labels))
    return MaskedSequence(
        input_ids.at[positions].set(jnp.where(chosen, seen, labels)),
        positions,
        labels,
        chosen.astype(jnp.float32),
    )


def _whole_words(
    priorities: Float[Array, " length"], count: Int[Array, ""], room: int
) -> Bool[Array, " length"]:
    """Choose whole words. Tokens of one word have equal priorities and so stand together: a word
    is chosen if its last token is within the count; the first word also if it is longer than the
    count and fits into `room`."""
    last = jnp.searchsorted(-priorities, -priorities, side="right") - 1
    limit = jnp.where(last == last[0], room, count)
    return (last < limit) & (priorities >= 0.0)
