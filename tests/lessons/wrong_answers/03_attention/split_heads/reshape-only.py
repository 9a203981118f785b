"""The axes are reshaped and not exchanged."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, heads, length, hidden // heads)
