import numpy as np


def token_embeddings(
    input_ids: np.ndarray,
    token_type_ids: np.ndarray,
    start: int,
    token_table: np.ndarray,
    position_table: np.ndarray,
    segment_table: np.ndarray,
    scale: np.ndarray,
    bias: np.ndarray,
    epsilon: float,
) -> np.ndarray:
    """What goes into BERT's first block, for a piece of a longer text.

        x_i = LayerNorm(T[w_i] + P[p + i] + S[s_i])          i = 0, 1, 2, …

    Args:
        input_ids: w, [batch, length], whole numbers.
        token_type_ids: s, [batch, length], 0 in the first sentence and 1 in the second.
        start: p, the position of the piece's first token; 0 where the text begins.
        token_table: T, [vocab, hidden].
        position_table: P, [positions, hidden], with positions ≥ p + length.
        segment_table: S, [segments, hidden].
        scale, bias, epsilon: of the LayerNorm, [hidden], [hidden] and a number; here the scale is
            the factor itself, as in BERT.

    Returns:
        [batch, length, hidden].
    """
    raise NotImplementedError
