"""The batch is taken for the first axis, as in the lesson.

Named: heads-of-the-batch-first
"""


def split_heads(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads).transpose(0, 2, 1, 3)
