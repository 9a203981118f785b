import numpy as np

from zen_transformer.grading import points


def drawn(rng, texts):
    """Scores in falling order, and probabilities that add up to 1."""
    beams, vocab = int(rng.integers(2, 5)), int(rng.integers(5, 9))
    scores = -np.cumsum(rng.uniform(0.1, 0.9, size=(texts, beams)), axis=1)
    logits = 1.5 * rng.normal(size=(texts, beams, vocab))
    log_probs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return scores, log_probs, int(rng.integers(2, 9)), int(rng.integers(0, vocab))


def the_toy(number):
    """The lesson's toy with the tokens a, b and END, in its first or second step."""
    if number == 1:
        return np.array([[0.0, -np.inf]]), np.log([[[0.4, 0.25, 0.35], [0.4, 0.25, 0.35]]])
    scores = np.log([[0.4, 0.25]])
    return scores, np.log([[[0.4, 0.35, 0.25], [0.8, 0.08, 0.12]]])


@points(1)
def by_hand():
    """The toy of the lesson: its first step, from one beam, and its second."""
    yield *the_toy(1), 0, 2, 1.0
    yield *the_toy(2), 1, 2, 1.0


@points(1)
def one_text(rng):
    """More beams and tokens; no penalty, a small one, a negative one."""
    for alpha in (0.0, 0.6, -0.5):
        yield *drawn(rng, 1), alpha


@points(1)
def several_texts(rng):
    """Each text has beams of its own."""
    yield *drawn(rng, 2), 1.0
    yield *drawn(rng, int(rng.integers(3, 5))), 2.0
