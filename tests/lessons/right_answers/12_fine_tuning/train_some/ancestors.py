"""All ancestors of a name against the set of those that are trained."""


def train_some(parameters, gradients, rate, trained):
    wanted = set(trained)

    def is_trained(name):
        parts = name.split("/")
        return not wanted.isdisjoint("/".join(parts[:n]) for n in range(1, len(parts) + 1))

    return {
        name: array + (-rate * is_trained(name)) * gradients[name]
        for name, array in parameters.items()
    }
