import math

import numpy as np


def erf(x: np.ndarray) -> np.ndarray:
    """The error function, which NumPy lacks. Given: use it."""
    return np.vectorize(math.erf, otypes=[float])(x)


def masked_lm_logits(
    tensors: dict[str, np.ndarray], hidden: np.ndarray, epsilon: float
) -> np.ndarray:
    """The masked-word head of BERT, from a checkpoint's arrays.

        t = LayerNorm(gelu(h Wᵀ + b))          gelu(x) = x/2 · (1 + erf(x/√2)), the exact one
        logits = t Tᵀ + b_vocab                T: the embedding table, to which the head is tied

    W is stored as [out, in]. Some files have a "cls.predictions.decoder.weight". It is a copy of
    T, and here it may be an old one: the table of the embeddings counts.

    Args:
        tensors: "cls.predictions.transform.dense.weight" [hidden, hidden] and ".bias" [hidden],
            "cls.predictions.transform.LayerNorm.weight" and ".bias" [hidden],
            "cls.predictions.bias" [vocab], "bert.embeddings.word_embeddings.weight"
            [vocab, hidden], and perhaps more.
        hidden: [batch, length, hidden], h.
        epsilon: LayerNorm's ε.

    Returns:
        [batch, length, vocab].
    """
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
