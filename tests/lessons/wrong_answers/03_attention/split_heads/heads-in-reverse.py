"""The pieces come in reverse order.

Named: heads-in-reverse
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch, heads, hidden // heads)[:, :, ::-1].transpose(1, 2, 0, 3)
