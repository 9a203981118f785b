"""The wrong two axes are exchanged."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads).transpose(0, 2, 3, 1)
