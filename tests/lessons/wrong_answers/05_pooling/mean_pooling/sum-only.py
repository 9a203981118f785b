"""The sum is not divided."""


def mean_pooling(hidden_states, attention_mask):
    return (hidden_states * attention_mask[..., None]).sum(axis=1)
