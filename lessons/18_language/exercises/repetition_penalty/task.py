import numpy as np


def repetition_penalty(
    logits: np.ndarray, token_ids: np.ndarray, valid: np.ndarray, penalty: float
) -> np.ndarray:
    """Make what was said before less likely.

        z_v ← z_v / θ   where z_v is above 0        of every token v that was written,
        z_v ← z_v · θ   where it is below 0         once or often; all others stay as they are

    Args:
        logits: z, [vocab].
        token_ids: what was written so far, [places]. A place may be padding; what stands there
            means nothing.
        valid: [places], True where a token was written, False for padding.
        penalty: θ, above 0.

    Returns:
        The logits after it, [vocab].
    """
    raise NotImplementedError
