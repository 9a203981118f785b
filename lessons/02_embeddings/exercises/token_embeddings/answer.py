import numpy as np


def token_embeddings(
    input_ids: np.ndarray,
    token_type_ids: np.ndarray,
    token_table: np.ndarray,
    position_table: np.ndarray,
    segment_table: np.ndarray,
    scale: np.ndarray,
    bias: np.ndarray,
    epsilon: float,
) -> np.ndarray:
    """What goes into BERT's first block.

        x_i = LayerNorm(T[w_i] + P[i] + S[s_i])          i = 0, 1, 2, …

    Args:
        input_ids: w, [batch, length], whole numbers.
        token_type_ids: s, [batch, length], 0 in the first sentence and 1 in the second.
        token_table: T, [vocab, hidden].
        position_table: P, [positions, hidden], with positions ≥ length.
        segment_table: S, [segments, hidden].
        scale, bias, epsilon: of the LayerNorm, [hidden], [hidden] and a number.

    Returns:
        [batch, length, hidden].
    """
    length = input_ids.shape[1]
    x = token_table[input_ids] + position_table[:length] + segment_table[token_type_ids]
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + epsilon)
    return centered / deviation * scale + bias
