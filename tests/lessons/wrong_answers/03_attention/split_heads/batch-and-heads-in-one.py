"""Batch and heads are one axis, as in PyTorch's own code.

Named: batch-and-heads-in-one
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch * heads, hidden // heads).swapaxes(0, 1)
