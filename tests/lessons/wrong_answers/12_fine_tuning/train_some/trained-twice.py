"""A parameter under two of the names is trained twice.

Named: trained-twice-under-two-names
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        for t in trained:
            if not (name == t or name.startswith(t + "/")):
                continue
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
