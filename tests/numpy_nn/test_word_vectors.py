import numpy as np
import pytest

from zen_transformer.numpy_nn.word_vectors import cooccurrences, positive_pmi, truncated_svd


def test_who_stands_near_whom_by_hand():
    """In 0 1 2 the pieces 0 and 2 are two places apart; other documents are never near."""
    documents = [np.array([0, 1, 2]), np.array([2, 2])]
    near = [[0, 1, 0], [1, 0, 1], [0, 1, 2]]
    np.testing.assert_array_equal(cooccurrences(documents, 3, window=1), near)
    near[0][2] = near[2][0] = 1
    np.testing.assert_array_equal(cooccurrences(documents, 3, window=2), near)


def test_a_window_longer_than_the_text_is_no_error():
    assert cooccurrences([np.array([0]), np.array([], int)], 2, window=4).sum() == 0


def test_pmi_by_hand():
    """N = [[0, 2], [2, 4]]: p(1, 1) = 4/8, p(1) = 6/8; without smoothing the ratio is 8/9 < 1."""
    counts = np.array([[0.0, 2.0], [2.0, 4.0]])
    by_hand = np.log((2 / 8) / ((2 / 8) * (6 / 8)))
    expected = [[0.0, by_hand], [by_hand, 0.0]]
    np.testing.assert_allclose(positive_pmi(counts, smoothing=1.0), expected, rtol=1e-12)
    contexts = np.array([2.0, 6.0]) ** 0.75 / (2.0**0.75 + 6.0**0.75)
    smoothed = np.log((2 / 8) / ((2 / 8) * contexts[1]))
    assert positive_pmi(counts)[0, 1] == pytest.approx(smoothed)


def test_independent_pieces_have_no_pmi():
    """A symmetric N of rank 1 is what chance would give."""
    frequencies = np.array([1.0, 2.0, 5.0])
    pmi = positive_pmi(np.outer(frequencies, frequencies), smoothing=1.0)
    np.testing.assert_allclose(pmi, 0.0, atol=1e-12)


def test_the_vectors_hold_the_best_approximation_of_their_rank():
    """T Tᵀ = U Σ Uᵀ, for a symmetric positive matrix the matrix itself if k is its rank."""
    rows = np.random.default_rng(0).normal(size=(8, 3))
    vectors = truncated_svd(rows @ rows.T, 3)
    np.testing.assert_allclose(vectors @ vectors.T, rows @ rows.T, atol=1e-10)
    np.testing.assert_allclose(np.linalg.svd(vectors)[1] ** 2, np.linalg.svd(rows)[1] ** 2)
    assert (vectors[np.abs(vectors).argmax(axis=0), range(3)] > 0).all()
