"""Head h gets every heads-th number of a vector."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, length, hidden // heads, heads).transpose(0, 3, 1, 2)
