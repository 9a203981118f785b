"""The first text's mask is used for all."""


def mean_pooling(hidden_states, attention_mask):
    m = attention_mask[0][None, :, None]
    return (hidden_states * m).sum(axis=1) / max(m.sum(), 1)
