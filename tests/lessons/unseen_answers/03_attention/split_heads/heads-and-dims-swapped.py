"""Reshaped as [.., head_dim, heads]: entry i * heads + h goes to head h."""


def split_heads(x, heads):
    t, b, n = x.shape
    return x.reshape(t, b, n // heads, heads).transpose(1, 3, 0, 2)
