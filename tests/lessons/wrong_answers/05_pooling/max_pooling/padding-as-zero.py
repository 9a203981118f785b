"""Padding is multiplied by 0, and 0 is more than a negative entry."""


def max_pooling(hidden_states, attention_mask):
    return (hidden_states * attention_mask[..., None]).max(axis=1)
