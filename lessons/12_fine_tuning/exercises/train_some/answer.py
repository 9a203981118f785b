def train_some(parameters: dict, gradients: dict, rate: float, trained: tuple) -> dict:

    def is_trained(name):
        return any(f"{name}/".startswith(f"{part}/") for part in trained)

    return {
        name: theta - rate * gradients[name] if is_trained(name) else theta
        for name, theta in parameters.items()
    }
