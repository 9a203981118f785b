import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.numpy_nn.masked_lm import mask_batch

MASK, VOCAB = 4, 1000


def draw(seed: int, ids: np.ndarray, maskable: np.ndarray, rate: float = 0.15) -> dict:
    rng = np.random.default_rng(seed)
    return mask_batch(rng, {"input_ids": ids}, maskable, mask_id=MASK, vocab_size=VOCAB, rate=rate)


@given(st.integers(0, 99), st.integers(1, 30), st.sampled_from([0.15, 0.5, 0.99]))
def test_as_many_as_asked_for_and_only_where_allowed(seed, length, rate):
    rng = np.random.default_rng(seed)
    ids, maskable = rng.integers(5, VOCAB, (4, length)), rng.random((4, length)) < 0.7
    batch = draw(seed, ids, maskable, rate)
    for row in range(4):
        counted = batch["masked_weights"][row] == 1.0
        positions = batch["masked_positions"][row][counted]
        available = maskable[row].sum()
        assert len(set(positions)) == len(positions)
        assert len(positions) == min(available, max(1, round(rate * available)))
        assert maskable[row][positions].all()
        np.testing.assert_array_equal(batch["masked_labels"][row][counted], ids[row][positions])
        untouched = np.setdiff1d(np.arange(length), positions)
        np.testing.assert_array_equal(batch["input_ids"][row][untouched], ids[row][untouched])


def test_eighty_ten_ten():
    ids = np.full((400, 100), 7)
    batch = draw(0, ids, np.ones_like(ids, bool))
    seen = np.take_along_axis(batch["input_ids"], batch["masked_positions"], 1)
    assert np.mean(seen == MASK) == pytest.approx(0.8, abs=0.02)
    assert np.mean(seen == 7) == pytest.approx(0.1, abs=0.02)
    assert len(np.unique(seen)) > 300


def test_the_input_is_left_as_it_was():
    ids = np.arange(5, 25).reshape(2, 10)
    draw(0, ids, np.ones_like(ids, bool))
    np.testing.assert_array_equal(ids, np.arange(5, 25).reshape(2, 10))
