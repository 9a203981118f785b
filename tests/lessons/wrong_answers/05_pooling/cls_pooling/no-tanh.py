"""tanh is forgotten."""


def cls_pooling(hidden_states, kernel, bias):
    return hidden_states[:, 0] @ kernel + bias
