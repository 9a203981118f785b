"""A text without real tokens gives 0/0."""


def mean_pooling(hidden_states, attention_mask):
    total = (hidden_states * attention_mask[..., None]).sum(axis=1)
    return total / attention_mask.sum(axis=1, keepdims=True)
