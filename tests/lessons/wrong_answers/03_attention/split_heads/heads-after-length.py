"""The heads stay behind the length."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads)
