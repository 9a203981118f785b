from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.evaluation.ngrams import NGrams

TEXTS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=12), min_size=1, max_size=4)


def plain(texts, order, vocab):
    """The equation, with dictionaries."""
    counts = [Counter() for _ in range(order + 1)]
    for text in texts:
        for i in range(len(text) - order + 1):
            counts[order][tuple(text[i : i + order])] += 1
    for width in range(order - 1, 0, -1):
        counts[width] = Counter(gram[1:] for gram in counts[width + 1])
        for text in texts:
            if len(text) >= width:
                counts[width][tuple(text[:width])] += 1

    def p(history, token):
        if history is None:
            return 1 / vocab
        level = counts[len(history) + 1]
        once, twice = (sum(count == k for count in level.values()) for k in (1, 2))
        discount = once / (once + 2 * twice) if once else 0.5
        after = {gram[-1]: count for gram, count in level.items() if gram[:-1] == history}
        shorter = p(history[1:] if history else None, token)
        if not after:
            return shorter
        total = sum(after.values())
        taken = max(after.get(token, 0) - discount, 0)
        return (taken + discount * len(after) * shorter) / total

    return p


@given(TEXTS, st.integers(1, 3), st.lists(st.integers(0, 3), max_size=8))
def test_as_the_equation_says(texts, order, text):
    model = NGrams([np.array(one) for one in texts], order, 4)
    p = plain(texts, order, 4)
    probabilities = model.probabilities(np.array(text, int))
    expected = [p(tuple(text[max(0, i - order + 1) : i]), text[i]) for i in range(len(text))]
    np.testing.assert_allclose(probabilities, expected, rtol=1e-12)


@given(TEXTS, st.integers(1, 3))
def test_probabilities_add_up_to_one(texts, order):
    model = NGrams([np.array(one) for one in texts], order, 4)
    for history in ([], [0], [2, 1], [3, 3, 0]):
        total = sum(model.probabilities(np.array([*history, token]))[-1] for token in range(4))
        assert total == pytest.approx(1.0)


def test_a_token_that_follows_only_one_other_is_no_guess_elsewhere():
    """San Francisco: 3 is frequent, but only after 2; 1 is rarer, and comes after everything."""
    text = np.array([2, 3, 2, 3, 2, 3, 2, 3, 0, 1, 4, 1, 5, 1])
    model = NGrams([text], 2, 7)
    after_unknown = {token: model.probabilities(np.array([6, token]))[1] for token in (1, 3)}
    assert after_unknown[1] > after_unknown[3]
    assert model.probabilities(np.array([2, 3]))[1] > 0.5
