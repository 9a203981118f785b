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
def two_tokens(rng):
    """Two tokens, four dimensions."""
    yield rng.normal(size=(2, 4)), parameters(rng, 4, 8)


@points(3)
def longer_texts(rng):
    """One token, more tokens than dimensions, and as many."""
    more, hidden = int(rng.integers(6, 9)), int(rng.integers(4, 6))
    for tokens in (1, more, hidden):
        yield rng.normal(size=(tokens, hidden)), parameters(rng, hidden, 3 * hidden)
