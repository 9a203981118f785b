"""Word vectors of large vocabularies: numpy_nn/word_vectors.py with sparse counts.

Of V² pairs of pieces most never meet. The counts are kept sparse, and the singular vectors come
from ARPACK, which only multiplies by the matrix. How often each corpus is drawn from is respected:
N is the mean of the corpora's N / ΣN, weighted by their shares.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy import sparse
from scipy.sparse import linalg

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.numpy_nn.word_vectors import SMOOTHING

WINDOW = 4
CHUNK = 1 << 21
"""Tokens that are counted at once, so that memory stays bounded."""


def cooccurrences(
    documents: TokenizedDocuments, source: int, vocab: int, window: int = WINDOW
) -> sparse.csr_array:
    """N of one corpus [vocab, vocab], symmetric."""
    counts = sparse.csr_array((vocab, vocab))
    starts, chosen = documents.document_starts, documents.document_sources == source
    for begin in range(0, len(documents.ids), CHUNK):
        # The window reaches back into the chunk before, so that no pair is lost between the two.
        part = slice(max(0, begin - window), begin + CHUNK)
        ids = np.asarray(documents.ids[part])
        places = part.start + np.arange(len(ids))
        document = np.searchsorted(starts, places, side="right") - 1
        for distance in range(1, window + 1):
            right = np.arange(max(distance, begin - part.start), len(ids))
            left = right - distance
            met = (document[left] == document[right]) & chosen[document[right]]
            ones = np.ones(int(met.sum()))
            pairs = (ids[left[met]], ids[right[met]])
            counts += sparse.coo_array((ones, pairs), shape=counts.shape).tocsr()
    return counts + counts.T


def mixed_cooccurrences(
    documents: TokenizedDocuments, shares: Sequence[float] | np.ndarray, vocab: int
) -> sparse.csr_array:
    """N with the corpora in these proportions."""
    mixed = sparse.csr_array((vocab, vocab))
    for source, share in enumerate(shares):
        counts = cooccurrences(documents, source, vocab) if share > 0 else mixed
        if share > 0 and counts.sum() > 0:
            mixed += counts * (share / counts.sum())
    return mixed


def positive_pmi(counts: sparse.csr_array, smoothing: float = SMOOTHING) -> sparse.csr_array:
    """M = max(0, PMI) at the pairs that met."""
    total = counts.sum()
    if total == 0:
        return counts
    pieces = np.asarray(counts.sum(axis=1)).ravel() / total
    contexts = np.asarray(counts.sum(axis=0)).ravel() ** smoothing
    contexts = contexts / contexts.sum()
    met = counts.tocoo()
    pmi = np.log(met.data / total / (pieces[met.row] * contexts[met.col]))
    positive = sparse.coo_array((np.maximum(pmi, 0.0), (met.row, met.col)), counts.shape).tocsr()
    positive.eliminate_zeros()
    return positive


def truncated_svd(matrix: sparse.csr_array, rank: int) -> Float[np.ndarray, "vocab rank"]:
    """T = U_k √Σ_k, with the largest entry of every column positive."""
    start = np.ones(matrix.shape[0])  # ARPACK would draw it, and the result would vary
    left, singular, _ = linalg.svds(matrix, k=rank, v0=start)
    order = np.argsort(-singular)
    vectors = left[:, order] * np.sqrt(np.maximum(singular[order], 0.0))
    largest = np.abs(vectors).argmax(axis=0)
    return vectors * np.sign(vectors[largest, np.arange(rank)])


def word_vectors(
    documents: TokenizedDocuments,
    shares: Sequence[float] | np.ndarray,
    vocab: int,
    rank: int,
    scale: float,
) -> Float[np.ndarray, "vocab rank"]:
    """T, scaled so that the root of the mean square of the entries of pieces that were met is
    `scale`; the rows of the others are 0.

    Args:
        documents: the text, as ids.
        shares: how often each of its corpora is drawn from.
        vocab: number of pieces.
        rank: entries of a vector; where the vocabulary has fewer directions, the rest are 0.
        scale: as of a table that starts at random, `initializer_range`.
    """
    matrix = positive_pmi(mixed_cooccurrences(documents, shares, vocab))
    directions = min(rank, vocab - 2)
    vectors = np.zeros((vocab, rank))
    if matrix.nnz and directions > 0:
        vectors[:, :directions] = truncated_svd(matrix, directions)
    met = np.asarray(matrix.sum(axis=1)).ravel() > 0
    vectors[~met] = 0.0  # where ARPACK leaves rounding errors
    size = np.sqrt(np.mean(vectors[met] ** 2)) if met.any() else 1.0
    return vectors * (scale / size)
