"""Head h gets every heads-th number of a vector.

Named: heads-interleaved
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch, hidden // heads, heads).transpose(1, 3, 0, 2)
