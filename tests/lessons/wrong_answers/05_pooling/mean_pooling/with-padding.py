"""The mean is taken over padding too."""


def mean_pooling(hidden_states, attention_mask):
    return hidden_states.mean(axis=1)
