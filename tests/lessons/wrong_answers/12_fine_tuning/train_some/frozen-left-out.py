"""Only the trained parameters are returned.

Named: frozen-parameters-lost
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any(name == t or name.startswith(t + "/") for t in trained):
            theta = theta - rate * gradients[name]
            result[name] = theta
    return result
