"""Frozen parameters are missing in the result."""


def train_some(parameters, gradients, rate, trained):
    return {
        name: value - rate * gradients[name]
        for name, value in parameters.items()
        if any(name == t or name.startswith(t + "/") for t in trained)
    }
