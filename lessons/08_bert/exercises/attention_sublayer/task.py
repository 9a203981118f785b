import numpy as np


def attention_sublayer(
    tensors: dict[str, np.ndarray],
    x: np.ndarray,
    attention_mask: np.ndarray,
    heads: int,
    epsilon: float,
) -> np.ndarray:
    """The first half of a BERT block, from a checkpoint's arrays.

        LayerNorm(x + MultiHead(x))          y = x Wᵀ + b with W as stored, [out, in]

    MultiHead cuts queries, keys and values into heads of d = hidden / heads numbers, weighs the
    values with softmax(Q Kᵀ / √d) over the real keys, joins the heads and maps them.

    Args:
        tensors: "self.query.weight" [hidden, hidden] and "self.query.bias" [hidden], the same for
            "self.key", "self.value" and "output.dense", and "output.LayerNorm.weight" and
            "output.LayerNorm.bias", both [hidden].
        x: [batch, length, hidden].
        attention_mask: [batch, length], 1 for real tokens and 0 for padding.
        heads: how many.
        epsilon: LayerNorm's ε, inside the root.

    Returns:
        [batch, length, hidden].
    """
    raise NotImplementedError
