def gibbs_sweep(
    token_ids: np.ndarray,
    places: np.ndarray,
    numbers: np.ndarray,
    table: np.ndarray,
    mask_id: int,
    special_ids: np.ndarray,
) -> np.ndarray:
    """Mask, look, draw, write; and the next place sees what was written."""
    text = token_ids.copy()
    for place, u in zip(places, numbers, strict=True):
        text[place] = mask_id
        z = guess(table, text, place)
        z[special_ids] = -np.inf
        p = np.exp(z - z.max())
        p = p / p.sum()
        text[place] = np.searchsorted(np.cumsum(p), u, side="right")
    return text
