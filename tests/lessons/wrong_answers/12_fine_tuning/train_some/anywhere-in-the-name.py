"""The names may stand anywhere in the path.

Named: names-found-anywhere
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any(f"/{t}/" in f"/{name}/" for t in trained):
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
