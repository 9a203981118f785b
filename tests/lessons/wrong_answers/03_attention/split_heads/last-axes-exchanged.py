"""The wrong two axes are exchanged.

Named: heads-transposed
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch, heads, hidden // heads).transpose(1, 2, 3, 0)
