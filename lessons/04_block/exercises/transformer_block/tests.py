import numpy as np

from zen_transformer.grading import points


def parameters(rng, hidden, intermediate):
    """Weights of a block."""

    def norm():
        return {"scale": 1 + 0.3 * rng.normal(size=hidden), "bias": rng.normal(size=hidden)}

    square = (hidden, hidden)
    return {
        "attention": {
            name: rng.normal(size=square) for name in ("query", "key", "value", "output")
        },
        "attention_norm": norm(),
        "feed_forward": {
            "input": rng.normal(size=(hidden, intermediate)),
            "output": rng.normal(size=(intermediate, hidden)),
        },
        "feed_forward_norm": norm(),
    }


@points(1)
def two_tokens():
    """Two tokens, four dimensions."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(2, 4)), parameters(rng, 4, 8)


@points(3)
def longer_texts():
    """One token, and more tokens than dimensions."""
    rng = np.random.default_rng(1)
    for tokens, hidden in ((1, 4), (7, 4), (5, 6)):
        yield rng.normal(size=(tokens, hidden)), parameters(rng, hidden, 3 * hidden)
