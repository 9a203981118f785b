"""The vectors are transposed first and then reshaped."""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.transpose(1, 2, 0).reshape(batch, heads, length, hidden // heads)
