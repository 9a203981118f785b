import numpy as np


def cached_attention_step(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    cached_keys: np.ndarray,
    cached_values: np.ndarray,
    place: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One new token looks at itself and at all that was read before it.

        K_t ← k        V_t ← v        y = softmax(q K_jᵀ / √d) V_j        j = 0, …, t

    Args:
        query, key, value: of the new token, each [heads, head_dim].
        cached_keys, cached_values: [heads, capacity, head_dim]; written are the places before
            `place`. What stands behind is left from another text and means nothing.
        place: t, where the new token stands; 0 for the first.

    Returns:
        y, [heads, head_dim], and the keys and values with the new token's at its place. The
        arguments stay as they are.
    """
    raise NotImplementedError
