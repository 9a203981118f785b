"""The root of the variance is forgotten.

Named: divided-by-the-variance
"""


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / (variance + epsilon) * (1 + scale) + bias
