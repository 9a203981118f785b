import numpy as np

from zen_transformer.grading import points


def drawn(seed, texts, beams, vocab):
    """Scores in falling order, and probabilities that add up to 1."""
    rng = np.random.default_rng(seed)
    scores = -np.cumsum(rng.uniform(0.1, 0.9, size=(texts, beams)), axis=1)
    logits = 1.5 * rng.normal(size=(texts, beams, vocab))
    log_probs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return scores, log_probs


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
def one_text():
    """More beams and tokens; no penalty, a small one, a negative one."""
    yield *drawn(0, 1, 3, 5), 4, 1, 0.0
    yield *drawn(1, 1, 2, 6), 7, 0, 0.6
    yield *drawn(2, 1, 4, 7), 2, 6, -0.5


@points(1)
def several_texts():
    """Each text has beams of its own."""
    yield *drawn(3, 2, 2, 4), 3, 3, 1.0
    yield *drawn(4, 3, 3, 6), 5, 2, 2.0
