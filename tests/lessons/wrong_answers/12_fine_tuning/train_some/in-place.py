"""The arrays are changed in place.

Named: trained-changed-in-place
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if any(name == t or name.startswith(t + "/") for t in trained):
            theta -= rate * gradients[name]
        result[name] = theta
    return result
