"""The slash is added to the parameter's name only.

Named: layer-ten-for-layer-one
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any((name + "/").startswith(t) for t in trained):
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
