"""`heads` is taken for the size of a piece.

Named: heads-taken-for-head-dim
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch, hidden // heads, heads).transpose(1, 2, 0, 3)
