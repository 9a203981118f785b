"""The axes are reshaped and not exchanged.

Named: heads-without-the-transpose
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(batch, heads, length, hidden // heads)
