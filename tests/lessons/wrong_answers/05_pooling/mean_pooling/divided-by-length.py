"""Padding is left out of the sum and counted in the number."""


def mean_pooling(hidden_states, attention_mask):
    return (hidden_states * attention_mask[..., None]).mean(axis=1)
