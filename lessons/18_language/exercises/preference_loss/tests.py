import numpy as np

from zen_transformer.grading import points


def pairs(rng, count, beta, scale=0.5):
    """Answers of unequal length behind a prompt that is the same for both."""
    length = int(rng.integers(8, 14))
    log_probs = -3 * rng.random((count, 2, length))
    reference = log_probs + scale * rng.normal(size=(count, 2, length))
    asked = np.zeros((count, 2, length), bool)
    for pair in range(count):
        prompt = int(rng.integers(1, length - 3))
        for values in (log_probs, reference):
            values[pair, 1, :prompt] = values[pair, 0, :prompt]
        for answer in range(2):
            asked[pair, answer, prompt : prompt + int(rng.integers(1, length - prompt))] = True
    return log_probs, reference, asked, beta


@points(1)
def by_hand():
    """One pair, β = 0.5: the first answer gained 2 nats, the other lost 2; and equal models."""
    log_probs = np.array([[[-1.0, -1.0, -2.0], [-1.0, -3.0, -4.0]]])
    reference = np.array([[[-1.5, -2.0, -3.0], [-1.5, -2.0, -3.0]]])
    asked = np.array([[[False, True, True], [False, True, True]]])
    yield log_probs, reference, asked, 0.5
    yield reference, reference, asked, 0.5


@points(1)
def several_pairs(rng):
    """Answers of unequal length, prompts, padding."""
    yield pairs(rng, 4, float(rng.uniform(0.05, 0.3)))
    yield pairs(rng, 3, 2.0)


@points(1)
def far_apart(rng):
    """A margin of −1,000, one of 1,000, and one of −50."""
    log_probs, reference = np.zeros((1, 2, 2)), np.zeros((1, 2, 2))
    log_probs[0, 0, 1], reference[0, 1, 1] = -600.0, -400.0
    asked = np.ones((1, 2, 2), bool)
    asked[:, :, 0] = False
    yield log_probs, reference, asked, 1.0
    log_probs, reference, asked, _ = pairs(rng, 3, 1.0)
    for pair, gained in enumerate((-1000.0, 1000.0, -50.0)):
        log_probs[pair, 0, np.argmax(asked[pair, 0])] += gained
    yield log_probs, reference, asked, 1.0
