"""An empty tuple trains everything.

Named: nothing-named-trains-all
"""


def train_some(parameters, gradients, rate, trained):
    result = {}
    for name, theta in parameters.items():
        if not trained or any(name == t or name.startswith(t + "/") for t in trained):
            theta = theta - rate * gradients[name]
        result[name] = theta
    return result
