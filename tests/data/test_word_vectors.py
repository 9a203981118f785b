import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_transformer.data import word_vectors as fast
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.numpy_nn import word_vectors as dense

VOCAB = 7
texts = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.integers(0, VOCAB - 1), min_size=1, max_size=9)),
    min_size=1,
    max_size=6,
)


def documents(texts: list[tuple[int, list[int]]]) -> TokenizedDocuments:
    starts = np.cumsum([0, *(len(ids) for _, ids in texts)])
    ids = np.concatenate([np.array(ids, np.int32) for _, ids in texts])
    sources = np.array([source for source, _ in texts])
    return TokenizedDocuments(ids, starts, starts, sources, ("one", "other"))


def counted(texts: list[tuple[int, list[int]]], source: int, window: int) -> np.ndarray:
    chosen = [np.array(ids) for number, ids in texts if number == source]
    return dense.cooccurrences(chosen, VOCAB, window)


@given(texts, st.integers(1, 4), st.integers(1, 8))
@settings(deadline=None)
def test_the_counts_are_those_of_the_equation_however_they_are_cut(texts, window, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast, "CHUNK", chunk)
        for source in (0, 1):
            counts = fast.cooccurrences(documents(texts), source, VOCAB, window)
            np.testing.assert_array_equal(counts.toarray(), counted(texts, source, window))


@given(texts)
@settings(deadline=None)
def test_sparse_pmi_is_the_dense_one(texts):
    counts = fast.cooccurrences(documents(texts), 0, VOCAB)
    expected = dense.positive_pmi(counts.toarray())
    np.testing.assert_allclose(fast.positive_pmi(counts).toarray(), expected, atol=1e-12)


def long_documents() -> TokenizedDocuments:
    rng = np.random.default_rng(0)
    return documents([(source, list(rng.integers(0, 5, 60))) for source in (0, 1, 1)])


def test_the_corpora_count_by_their_shares():
    text = long_documents()
    one, other = (fast.cooccurrences(text, source, VOCAB) for source in (0, 1))
    mixed = fast.mixed_cooccurrences(text, [0.8, 0.2], VOCAB)
    expected = 0.8 * one / one.sum() + 0.2 * other / other.sum()
    np.testing.assert_allclose(mixed.toarray(), expected.toarray(), rtol=1e-12)


def test_the_vectors_are_those_of_a_dense_computation():
    """Up to their scale; pieces 5 and 6 never occur and have no vector."""
    text, shares, rank = long_documents(), [0.5, 0.5], 3
    counts = fast.mixed_cooccurrences(text, shares, VOCAB).toarray()
    expected = dense.truncated_svd(dense.positive_pmi(counts), rank)
    vectors = fast.word_vectors(text, shares, VOCAB, rank, scale=0.05)
    assert np.sqrt(np.mean(vectors[:5] ** 2)) == pytest.approx(0.05)
    np.testing.assert_allclose(
        vectors / np.linalg.norm(vectors), expected / np.linalg.norm(expected), atol=1e-9
    )
    assert not vectors[5:].any()


def test_more_entries_than_directions_and_no_text_at_all():
    assert fast.word_vectors(long_documents(), [0.5, 0.5], VOCAB, 12, 0.05).shape == (VOCAB, 12)
    for ids in ([3], [5] * 20):  # nothing, or nothing that meets more often than by chance
        alone = fast.word_vectors(documents([(0, ids)]), [1.0, 0.0], VOCAB, 4, 0.05)
        assert not alone.any()
