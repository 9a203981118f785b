"""A full name of a parameter trains nothing.

Named: whole-names-not-found
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any(name.startswith(t + "/") for t in trained):
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
