"""The last axis is cut and no axis is moved.

Named: heads-not-ordered
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch, heads, hidden // heads)
