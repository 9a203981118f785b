"""Masked language modelling.  Devlin et al. 2019, section 3.1, task 1, and appendix A.1.

Of every sequence 15% of the tokens are chosen, never [CLS], [SEP] or padding, and the
model must say what stood there. What it sees there is

    [MASK]            in 80% of the cases
    a random piece    in 10%
    the token itself  in 10%, so that every vector has to stay a good guess

The choice is drawn anew each time a sequence is seen.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key


class MaskedSequence(NamedTuple):
    """What the model sees, and what it must say: `labels` at `positions`, where weight is 1."""

    input_ids: Int[Array, " length"]
    positions: Int[Array, " predictions"]
    labels: Int[Array, " predictions"]
    weights: Float[Array, " predictions"]


def predictions_per_sequence(length: int, rate: float) -> int:
    """Room for the chosen tokens of a sequence of this length."""
    return max(1, round(rate * length))


def mask_tokens(
    key: Key[Array, ""],
    input_ids: Int[Array, " length"],
    maskable: Bool[Array, " length"],
    *,
    mask_id: int,
    vocab_size: int,
    rate: float = 0.15,
    continues_word: Bool[Array, " length"] | None = None,
) -> MaskedSequence:
    """Choose exactly round(rate · maskable tokens), at least one, and replace them 80/10/10.

    Args:
        maskable: False for special tokens and padding.
        continues_word: True where a piece carries on the word before (##…). If given, whole
            words are chosen, in random order while they fit into the number.
    """
    (length,) = input_ids.shape
    room = predictions_per_sequence(length, rate)
    counts = jnp.array([max(1, round(rate * tokens)) for tokens in range(length + 1)]).at[0].set(0)
    count = counts[jnp.sum(maskable)]
    order_key, action_key, word_key = jax.random.split(key, 3)

    # A lottery: every token draws a number, the largest win.
    tickets = jax.random.uniform(order_key, (length,))
    if continues_word is not None:
        word = jnp.cumsum(~continues_word) - 1
        tickets = tickets[word]
    tickets, positions = jax.lax.top_k(jnp.where(maskable, tickets, -1.0), length)
    if continues_word is None:
        chosen = jnp.arange(length) < count
    else:
        chosen = _whole_words(tickets, count, room)
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
    tickets: Float[Array, " length"], count: Int[Array, ""], room: int
) -> Bool[Array, " length"]:
    """Pieces of one word hold equal tickets and so stand together: a word is chosen if its
    last piece is still within the count. The first word is, if there is room for it."""
    last = jnp.searchsorted(-tickets, -tickets, side="right") - 1
    limit = jnp.where(last == last[0], room, count)
    return (last < limit) & (tickets >= 0.0)


def unigram_baseline(
    train: Float[np.ndarray, " vocab"], test: Float[np.ndarray, " vocab"]
) -> tuple[float, float]:
    """Loss (nats) and accuracy of guessing by frequency alone, without looking at the context.

        loss     = −Σ_w q(w) log p(w)          p, q: the pieces' frequencies in training and test
        accuracy = q(argmax p)

    p has to be above 0 everywhere.
    """
    return float(-np.sum(test * np.log(train))), float(test[np.argmax(train)])
