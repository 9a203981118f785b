"""All parts of the name have to be somewhere in the path.

Named: parts-in-any-order
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any(set(t.split("/")) <= set(name.split("/")) for t in trained):
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
