"""Attention by einsum, a mask that is multiplied after exp, and the LayerNorm by moments."""

import numpy as np


def attention_sublayer(tensors, x, attention_mask, heads, epsilon):
    parts = {}
    for name in ("query", "key", "value"):
        weight = tensors[f"self.{name}.weight"].reshape(heads, -1, x.shape[-1])
        bias = tensors[f"self.{name}.bias"].reshape(heads, -1)
        parts[name] = np.einsum("blh,ndh->bnld", x, weight) + bias[None, :, None, :]
    scores = np.einsum("bnld,bnmd->bnlm", parts["query"], parts["key"])
    scores /= parts["query"].shape[-1] ** 0.5
    keep = attention_mask.astype(bool)[:, None, None, :]
    top = np.max(scores, axis=-1, keepdims=True, where=keep, initial=-np.inf)
    weights = np.exp(np.minimum(scores - top, 0)) * keep
    weights = weights / weights.sum(-1, keepdims=True)
    out = tensors["output.dense.weight"].reshape(x.shape[-1], heads, -1)
    y = np.einsum("bnlm,bnmd,ond->blo", weights, parts["value"], out)
    y = y + tensors["output.dense.bias"] + x
    mean = y.mean(-1)[..., None]
    variance = ((y - mean) ** 2).mean(-1)[..., None]
    gamma, beta = tensors["output.LayerNorm.weight"], tensors["output.LayerNorm.bias"]
    return gamma * (y - mean) * (variance + epsilon) ** -0.5 + beta
