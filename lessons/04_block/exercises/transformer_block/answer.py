import numpy as np


def transformer_block(x: np.ndarray, parameters: dict[str, Weights]) -> np.ndarray:
    attended = attention(x, parameters["attention"])
    a = layer_norm(x + attended, parameters["attention_norm"])
    expanded = feed_forward(a, parameters["feed_forward"])
    return layer_norm(a + expanded, parameters["feed_forward_norm"])
