import numpy as np
import pytest

from zen_transformer.numpy_nn.neighbor_heads import PEAK, neighbor_head, place_vectors, shift


@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 7])
def test_a_shift_is_a_linear_map(offset):
    vectors = place_vectors(32, 8)
    moved = vectors[8:16] @ shift(offset, 8)
    np.testing.assert_allclose(moved, vectors[8 + offset : 16 + offset], atol=1e-12)


def test_each_entry_has_a_mean_square_of_1():
    np.testing.assert_allclose((place_vectors(128, 32) ** 2).mean(axis=1), 1.0)


@pytest.mark.parametrize("offset", [-2, -1, 1, 2])
@pytest.mark.parametrize(("hidden", "head_dim", "size"), [(128, 32, 32), (96, 32, 24), (16, 8, 4)])
def test_a_head_looks_at_its_neighbor_whatever_the_words_are(hidden, head_dim, size, offset):
    """The score is the same function of the distance at all places, and largest at the offset."""
    x = np.random.default_rng(0).normal(size=(64, hidden))
    x[:, hidden - size :] = place_vectors(64, size)
    query, key = (x @ kernel for kernel in neighbor_head(hidden, head_dim, size, offset))
    scores = query @ key.T / np.sqrt(head_dim)
    for distance in (-3, offset, 5):
        diagonal = np.diagonal(scores, distance)
        np.testing.assert_allclose(diagonal, diagonal[0], atol=1e-10)
    np.testing.assert_allclose(np.diagonal(scores, offset), PEAK)
    inside = slice(2, -2)
    found = scores.argmax(axis=1)[inside]
    np.testing.assert_array_equal(found, np.arange(64)[inside] + offset)
