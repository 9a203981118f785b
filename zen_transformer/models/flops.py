"""What a BERT costs: the operations of its matrix products.

    per token, forward      2 (12 L D² + 2 L S D)  +  2 (k/S) (D² + D V)
    and backward            twice that

L layers, D wide with 4 D inside, V pieces, S tokens in a sequence, of which k are to be predicted.
A multiplication and an addition are two. Embeddings, LayerNorm, softmax, GELU are left out.
"""


def flops_per_token(
    layers: int, hidden: int, intermediate: int, length: int, predicted: float, vocab: int
) -> float:
    """Forward; a training step has three times as many.

    Args:
        layers, hidden, intermediate, vocab: L, D, the feed-forward network's width, V.
        length: S.
        predicted: k, compared with the whole vocabulary; 0 for the encoder alone.
    """
    block = 4 * hidden**2 + 2 * hidden * intermediate + 2 * length * hidden
    head = hidden**2 + hidden * vocab
    return 2 * (layers * block + predicted / length * head)
