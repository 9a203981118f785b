"""Only the first part of the names is compared.

Named: only-the-first-part-compared
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any(name.split("/")[0] == t.split("/")[0] for t in trained):
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
