import numpy as np
import pytest

from zen_transformer.evaluation.best_of_n import best_of_each, figures, mean_and_error


def test_the_error_is_that_of_the_prompts():
    found = mean_and_error(np.array([1.0, 2.0, 6.0]))
    # The deviation is √7, of three.
    assert found == {"mean": 3.0, "error": pytest.approx(np.sqrt(7 / 3))}


def test_of_each_prompt_the_best():
    scores = np.array([[0.0, 1.0], [2.0, 4.0]])
    found = best_of_each(scores)
    assert list(found) == ["1", "2"]
    assert found["1"]["mean"] == scores.mean()
    assert found["2"]["mean"] == 2.5
    assert found["1"]["divergence"] == 0


def test_full_are_those_that_keep_all():
    found = figures(np.array([[0.0, 1.0], [0.5, 0.9]]))
    assert found["full"]["mean"] == 1 / 4
    assert found["full_best_of"]["2"]["mean"] == 1 / 2
