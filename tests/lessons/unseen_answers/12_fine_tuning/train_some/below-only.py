"""What is named itself is not trained, only what lies below it."""


def train_some(parameters, gradients, rate, trained):
    out = {}
    for name, value in parameters.items():
        hit = any(name.startswith(t.rstrip("/") + "/") for t in trained)
        out[name] = value - rate * gradients[name] if hit else value
    return out
