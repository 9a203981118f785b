"""The pieces come in reverse order."""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads)[:, :, ::-1].swapaxes(1, 2)
