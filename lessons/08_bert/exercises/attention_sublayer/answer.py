import numpy as np


def attention_sublayer(
    tensors: dict[str, np.ndarray],
    x: np.ndarray,
    attention_mask: np.ndarray,
    heads: int,
    epsilon: float,
) -> np.ndarray:
    batch, length, hidden = x.shape
    d = hidden // heads

    def linear(v, name):
        return v @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def split(v):
        return v.reshape(batch, length, heads, d).transpose(0, 2, 1, 3)

    query, key, value = (split(linear(x, f"self.{part}")) for part in ("query", "key", "value"))
    scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(d)
    scores = np.where(attention_mask[:, None, None, :] > 0, scores, np.finfo(float).min)
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    context = e / np.sum(e, axis=-1, keepdims=True) @ value
    joined = context.transpose(0, 2, 1, 3).reshape(batch, length, hidden)
    y = x + linear(joined, "output.dense")
    centred = y - np.mean(y, axis=-1, keepdims=True)
    z = centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + epsilon)
    return z * tensors["output.LayerNorm.weight"] + tensors["output.LayerNorm.bias"]
