import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.layers.positions import sinusoidal_positions
from zen_transformer.numpy_nn import positions as in_numpy


def test_by_hand():
    """Two pairs of columns: one rotates by 1 per position, the other by 1/100."""
    table = sinusoidal_positions(3, 4)
    for place in range(3):
        hands = [np.sin(place), np.cos(place), np.sin(place / 100), np.cos(place / 100)]
        np.testing.assert_allclose(table[place], hands, rtol=1e-6)


@pytest.mark.parametrize("hidden", [1, 2, 5, 8])
@pytest.mark.parametrize("length", [0, 1, 7])
def test_both_orders_have_the_same_columns_and_numpy_has_them_too(length, hidden):
    paper, halves = (sinusoidal_positions(length, hidden, order) for order in (False, True))
    np.testing.assert_array_equal(jnp.concatenate([paper[:, 0::2], paper[:, 1::2]], axis=1), halves)
    for order, table in ((False, paper), (True, halves)):
        assert table.shape == (length, hidden)
        np.testing.assert_allclose(
            table, in_numpy.sinusoidal_positions(length, hidden, order), atol=1e-7
        )


def test_going_on_by_some_places_is_one_linear_map_wherever_one_is():
    table = in_numpy.sinusoidal_positions(40, 6)
    turn = np.linalg.lstsq(table[:20], table[5:25], rcond=None)[0]
    np.testing.assert_allclose(table[15:35] @ turn, table[20:40], atol=1e-9)


def test_as_marian_has_them(transformers):
    theirs = transformers.MarianConfig(
        d_model=8,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        vocab_size=9,
        pad_token_id=0,
    )
    theirs = transformers.MarianModel(theirs).encoder.embed_positions.weight
    ours = sinusoidal_positions(len(theirs), 8, halves=True)
    np.testing.assert_allclose(ours, theirs.detach().numpy(), atol=1e-6)
