"""Word vectors from co-occurrences.  Levy & Goldberg 2014; Levy, Goldberg & Dagan 2015.

    N_ij   how often piece j stands within `window` places of piece i
    PMI_ij = log( p(i, j) / (p(i) p_α(j)) )          p(i, j) = N_ij / ΣN
                                                     p(i)    = Σ_j p(i, j)
                                                     p_α(j)  ∝ (Σ_i N_ij)^α
    M      = max(0, PMI) ≈ U_k Σ_k V_kᵀ              truncated singular value decomposition
    T      = U_k √Σ_k                                row i is the vector of piece i

PMI says how much more often two pieces meet than chance would have it. Two pieces that keep the
same company have similar rows in M, and in T similar vectors: what skip-gram with negative samples
finds by gradients, this finds by linear algebra. α < 1 makes rare contexts count less. Of the many
negative entries most are pieces that never met; all become 0.

As a token table T is a start: BERT's first layer then finds similar words beside each other,
instead of having to bring them together by gradients. `data/word_vectors.py` computes the same from
sparse counts.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

SMOOTHING = 0.75
"""α."""


def cooccurrences(
    documents: Sequence[np.ndarray], vocab: int, window: int
) -> Float[np.ndarray, "vocab vocab"]:
    """N: how often each piece stands within `window` places of each other one.

    Args:
        documents: the ids of each; pieces of two documents never meet.
        vocab: number of pieces.
        window: places to the left and to the right.
    """
    counts = np.zeros((vocab, vocab))
    for ids in documents:
        for distance in range(1, window + 1):
            for left, right in zip(ids[:-distance], ids[distance:], strict=True):
                counts[left, right] += 1
                counts[right, left] += 1
    return counts


def positive_pmi(
    counts: Float[np.ndarray, "vocab vocab"], smoothing: float = SMOOTHING
) -> Float[np.ndarray, "vocab vocab"]:
    """M = max(0, PMI); 0 where a piece was never met."""
    total = counts.sum()
    if total == 0:
        return counts
    contexts = counts.sum(axis=0) ** smoothing
    expected = np.outer(counts.sum(axis=1) / total, contexts / contexts.sum())
    joint = counts / total
    ratio = np.divide(joint, expected, out=np.zeros_like(joint), where=joint > 0)
    return np.log(np.maximum(ratio, 1.0))


def truncated_svd(
    matrix: Float[np.ndarray, "vocab vocab"], rank: int
) -> Float[np.ndarray, "vocab rank"]:
    """T = U_k √Σ_k. A singular vector's sign is free: its largest entry is made positive."""
    left, singular, _ = np.linalg.svd(matrix)
    vectors = left[:, :rank] * np.sqrt(singular[:rank])
    largest = np.abs(vectors).argmax(axis=0)
    return vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
