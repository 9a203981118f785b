"""tanh written with exponentials, which overflow for large inputs."""

import numpy as np


def cls_pooling(hidden_states, kernel, bias):
    y = hidden_states[:, 0] @ kernel + bias
    return (np.exp(y) - np.exp(-y)) / (np.exp(y) + np.exp(-y))
