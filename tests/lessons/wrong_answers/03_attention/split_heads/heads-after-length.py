"""The heads stay behind the length.

Named: heads-left-behind-the-tokens
"""


def split_heads(x, heads):
    length, batch, hidden = x.shape
    return x.reshape(length, batch, heads, hidden // heads).swapaxes(0, 1)
