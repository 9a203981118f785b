import math

import numpy as np


def multi_head_attention(
    parameters: dict[str, dict[str, np.ndarray]], x: np.ndarray, mask: np.ndarray, heads: int
) -> np.ndarray:
    """Project, split into heads, attend, join the heads, project."""

    def project(name, source):
        return source @ parameters[name]["kernel"] + parameters[name]["bias"]

    query, key, value = (split(project(name, x), heads) for name in ("query", "key", "value"))
    scores = query @ np.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
    weights = softmax(np.where(mask[:, None, None, :], scores, np.finfo(scores.dtype).min))
    joined = (weights @ value).transpose(0, 2, 1, 3).reshape(x.shape)
    return project("output", joined)


def split(x, heads):
    """[batch, length, hidden] to [batch, heads, length, head_dim]."""
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads).transpose(0, 2, 1, 3)


def softmax(scores):
    """Over the last axis."""
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)
