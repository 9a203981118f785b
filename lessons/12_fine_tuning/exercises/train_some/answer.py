def train_some(parameters: dict, gradients: dict, rate: float, trained: tuple) -> dict:
    """One step of gradient descent that changes only a part of the model.

        θ ← θ − η g          where θ's name begins with one of the names in `trained`
        θ ← θ                elsewhere: frozen

    A name is a path, such as "bert/layers/1/kernel". "bert/layers/1" stands for what is below it
    and not for "bert/layers/10": it has to end where a part of the path ends.

    Args:
        parameters: arrays by their names. They must not be changed in place.
        gradients: arrays by the same names.
        rate: η.
        trained: names, of parameters or of what they lie in. None of them: nothing is trained.

    Returns:
        all parameters by their names, trained and frozen.
    """

    def is_trained(name):
        return any(f"{name}/".startswith(f"{part}/") for part in trained)

    return {
        name: theta - rate * gradients[name] if is_trained(name) else theta
        for name, theta in parameters.items()
    }
