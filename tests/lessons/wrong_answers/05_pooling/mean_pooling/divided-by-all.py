"""Every text's sum is divided by the number of all real tokens."""


def mean_pooling(hidden_states, attention_mask):
    total = (hidden_states * attention_mask[..., None]).sum(axis=1)
    return total / max(attention_mask.sum(), 1)
