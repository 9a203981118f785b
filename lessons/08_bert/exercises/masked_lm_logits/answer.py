import numpy as np


def masked_lm_logits(
    tensors: dict[str, np.ndarray], hidden: np.ndarray, epsilon: float
) -> np.ndarray:
    head = "cls.predictions"
    kernel = tensors[f"{head}.transform.dense.weight"].T
    u = hidden @ kernel + tensors[f"{head}.transform.dense.bias"]
    t = 0.5 * u * (1.0 + erf(u / np.sqrt(2.0)))
    centred = t - np.mean(t, axis=-1, keepdims=True)
    z = centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + epsilon)
    z = z * tensors[f"{head}.transform.LayerNorm.weight"]
    t = z + tensors[f"{head}.transform.LayerNorm.bias"]
    table = tensors["bert.embeddings.word_embeddings.weight"]
    return t @ table.T + tensors[f"{head}.bias"]
