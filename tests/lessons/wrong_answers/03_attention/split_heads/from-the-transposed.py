"""The vectors are transposed first and then reshaped."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.transpose(0, 2, 1).reshape(batch, heads, length, hidden // heads)
