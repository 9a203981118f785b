"""ε is added to the deviation.

Named: epsilon-outside-the-root-on-the-way-back
"""


def layer_norm_backward(dy, x, scale, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    s = 1 / (x.std(axis=-1, keepdims=True) + epsilon)
    z = (x - mean) * s
    dz = dy * scale
    dx = s * (dz - dz.mean(axis=-1, keepdims=True) - z * (dz * z).mean(axis=-1, keepdims=True))
    rows = tuple(range(x.ndim - 1))
    return dx, (dy * z).sum(axis=rows), dy.sum(axis=rows)
