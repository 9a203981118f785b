"""ε is added to the deviation, not to the variance.

Named: epsilon-outside-the-root
"""


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    deviation = x.std(axis=-1, keepdims=True)
    return (x - mean) / (deviation + epsilon) * (1 + scale) + bias
