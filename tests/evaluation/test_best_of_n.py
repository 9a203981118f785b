import numpy as np
import pytest

from zen_transformer.evaluation.best_of_n import best_of_each, mean_and_error, score_figures


def test_the_error_is_that_of_the_prompts():
    estimate = mean_and_error(np.array([1.0, 2.0, 6.0]))
    # The deviation is √7, of three.
    assert estimate == {"mean": 3.0, "error": pytest.approx(np.sqrt(7 / 3))}


def test_of_each_prompt_the_best():
    scores = np.array([[0.0, 1.0], [2.0, 4.0]])
    best = best_of_each(scores)
    assert list(best) == ["1", "2"]
    assert best["1"]["mean"] == scores.mean()
    assert best["2"]["mean"] == 2.5
    assert best["1"]["divergence"] == 0


def test_full_are_those_that_keep_all():
    figures = score_figures(np.array([[0.0, 1.0], [0.5, 0.9]]))
    assert figures["full"]["mean"] == 1 / 4
    assert figures["full_best_of"]["2"]["mean"] == 1 / 2
