"""`heads` is taken for the size of a piece."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, length, hidden // heads, heads).transpose(0, 2, 1, 3)
