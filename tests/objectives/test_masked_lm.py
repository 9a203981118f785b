import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.objectives.masked_lm import (
    mask_tokens,
    predictions_per_sequence,
)

MASK, VOCAB = 4, 1000
LENGTH, DRAWS = 64, 2000
# [CLS] 20 tokens [SEP] 20 tokens [SEP] and padding; every token another id.
IDS = np.arange(100, 100 + LENGTH, dtype=np.int32)
MASKABLE = np.zeros(LENGTH, bool)
MASKABLE[1:21] = MASKABLE[22:42] = True


class Draws(NamedTuple):
    """Many draws for one sequence: what is seen, and which places are to be predicted."""

    seen: np.ndarray
    chosen: np.ndarray


@jax.jit
def mask_many(keys, ids, maskable, continues_word):
    def one(key):
        options = {"mask_id": MASK, "vocab_size": VOCAB, "continues_word": continues_word}
        return mask_tokens(key, ids, maskable, **options)

    return jax.vmap(one)(keys)


def draw(ids, maskable, draws=DRAWS, seed=0, continues_word=None) -> Draws:
    keys = jax.random.split(jax.random.key(seed), draws)
    masked = jax.device_get(mask_many(keys, ids, maskable, continues_word))
    chosen = np.zeros((draws, len(ids)), bool)
    rows, slots = np.nonzero(masked.weights)
    places = masked.positions[rows, slots]
    assert not chosen[rows, places].any()
    chosen[rows, places] = True
    assert chosen.sum() == masked.weights.sum(), "a place was chosen twice"
    np.testing.assert_array_equal(masked.labels[rows, slots], np.asarray(ids)[places])
    return Draws(masked.input_ids, chosen)


def within(count: int, total: int, probability: float) -> bool:
    """Five deviations of the binomial distribution."""
    deviation = math.sqrt(total * probability * (1 - probability))
    return abs(count - total * probability) < 5 * deviation


@pytest.fixture(scope="module")
def draws() -> Draws:
    return draw(IDS, MASKABLE)


def test_exactly_fifteen_percent_of_the_tokens_are_chosen(draws):
    np.testing.assert_array_equal(draws.chosen.sum(1), np.full(DRAWS, 6))  # of 40


def test_special_tokens_and_padding_never_are(draws):
    assert not draws.chosen[:, ~MASKABLE].any()


def test_what_is_not_chosen_stays(draws):
    ids = np.broadcast_to(IDS, draws.seen.shape)
    np.testing.assert_array_equal(draws.seen[~draws.chosen], ids[~draws.chosen])


def test_every_place_is_chosen_equally_often(draws):
    assert all(within(count, DRAWS, 0.15) for count in draws.chosen.sum(0)[MASKABLE])


def test_eighty_percent_are_masked_ten_random_ten_kept(draws):
    seen = draws.seen[draws.chosen]
    labels = np.broadcast_to(IDS, draws.seen.shape)[draws.chosen]
    masked, kept = seen == MASK, seen == labels
    # A random piece may be [MASK], or the piece itself, once in a vocabulary.
    assert within(masked.sum(), len(seen), 0.8 + 0.1 / VOCAB)
    assert within(kept.sum(), len(seen), 0.1 + 0.1 / VOCAB)
    assert within((~masked & ~kept).sum(), len(seen), 0.1 * (1 - 2 / VOCAB))


def test_random_pieces_come_from_the_whole_vocabulary(draws):
    labels = np.broadcast_to(IDS, draws.seen.shape)[draws.chosen]
    seen = draws.seen[draws.chosen]
    random = seen[(seen != MASK) & (seen != labels)]
    for quarter in range(4):
        inside = random // (VOCAB // 4) == quarter
        assert within(inside.sum(), len(random), 0.25)


def test_the_key_decides(draws):
    again, other = draw(IDS, MASKABLE), draw(IDS, MASKABLE, seed=1)
    np.testing.assert_array_equal(again.seen, draws.seen)
    np.testing.assert_array_equal(again.chosen, draws.chosen)
    # Of some 3.8 million choices of 6 among 40 two rarely agree.
    assert np.all(other.chosen == draws.chosen, axis=1).sum() < 3


@given(st.integers(1, LENGTH), st.integers(0, 1000))
def test_how_many_are_chosen_of_any_number(count, seed):
    maskable = np.zeros(LENGTH, bool)
    maskable[np.random.default_rng(seed).permutation(LENGTH)[:count]] = True
    chosen = draw(IDS, maskable, draws=200, seed=seed).chosen
    assert not chosen[:, ~maskable].any()
    (number,) = set(chosen.sum(1))
    assert number == 1 or abs(number - 0.15 * count) <= 0.5


def test_with_nothing_to_choose_from_nothing_is_chosen():
    result = draw(IDS, np.zeros(LENGTH, bool), draws=200)
    assert not result.chosen.any()
    np.testing.assert_array_equal(result.seen, np.broadcast_to(IDS, (200, LENGTH)))


def test_the_only_token_is_always_chosen():
    only = np.arange(LENGTH) == 7
    np.testing.assert_array_equal(
        draw(IDS, only, draws=200).chosen, np.broadcast_to(only, (200, LENGTH))
    )


def test_a_sequence_of_one_token():
    assert draw(IDS[:1], np.ones(1, bool), draws=200).chosen.all()


@pytest.mark.parametrize(("length", "room"), [(1, 1), (3, 1), (64, 10), (128, 19), (512, 77)])
def test_room_for_predictions(length, room):
    assert predictions_per_sequence(length, 0.15) == room


# Whole words


def words_chosen_in_part(chosen: np.ndarray, continues: np.ndarray, maskable: np.ndarray) -> int:
    """Draws in which some word is chosen in one piece and not in another."""
    word = np.cumsum(~continues) - 1
    pieces = np.stack([(word == w) & maskable for w in np.unique(word[maskable])])
    hits, sizes = chosen @ pieces.T.astype(int), pieces.sum(1)
    return int(((hits > 0) & (hits < sizes)).any(1).sum())


def words_of(*sizes: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """[CLS], words of so many pieces, [SEP] and padding: which continue, which may be masked."""
    continues, maskable = np.zeros((2, length), bool)
    maskable[1 : 1 + sum(sizes)] = True
    starts = 1 + np.cumsum((0, *sizes[:-1]))
    continues[1 : 1 + sum(sizes)] = True
    continues[starts] = False
    return continues, maskable


def test_all_pieces_of_a_word_are_chosen_or_none():
    continues, maskable = words_of(*[1, 2, 3, 4] * 5, length=64)
    chosen = draw(IDS, maskable, continues_word=continues).chosen
    assert words_chosen_in_part(chosen, continues, maskable) == 0
    counts = chosen.sum(1)
    assert counts.min() >= 1
    assert counts.max() <= round(0.15 * 50)
    assert counts.mean() > 0.9 * 0.15 * 50  # words that do not fit leave a little room


def test_words_of_every_length_are_chosen():
    continues, maskable = words_of(*[1, 2, 3, 4] * 5, length=64)
    chosen = draw(IDS, maskable, continues_word=continues).chosen
    rates = chosen.mean(0)[maskable]
    assert rates.min() > 0.08
    assert rates.max() < 0.25


def test_a_word_at_the_end_of_the_room_is_whole_or_not_chosen():
    """Where nearly all tokens are maskable the room is as large as the number to choose."""
    continues, maskable = words_of(*[2] * 62, length=128)
    ids = np.arange(100, 228, dtype=np.int32)
    chosen = draw(ids, maskable, draws=200, continues_word=continues).chosen
    assert words_chosen_in_part(chosen, continues, maskable) == 0


def test_a_word_longer_than_the_room_is_whole_or_not_chosen():
    continues, maskable = words_of(18, length=20)
    chosen = draw(IDS[:20], maskable, draws=200, continues_word=continues).chosen
    assert words_chosen_in_part(chosen, continues, maskable) == 0


def test_arrays_of_numpy_are_masked_alike():
    ids, maskable = jnp.arange(5, 25), jnp.ones(20, bool)
    options = {"mask_id": 4, "vocab_size": 30, "rate": 0.4}
    expected = mask_tokens(jax.random.key(0), ids, maskable, **options)
    masked = mask_tokens(jax.random.key(0), np.asarray(ids), np.asarray(maskable), **options)
    for ours, theirs in zip(masked, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
