"""The judge: its weights against an optimizer's, and simulated choosers whose taste it finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.data.preferences import PreferenceRecord
from zen_transformer.evaluation.ranking import FormScorer
from zen_transformer.evaluation.reward_model import (
    PLAIN_FEATURES,
    fit_bradley_terry,
    length,
    syllables_per_line,
    train_reward_model,
    variety,
)
from zen_transformer.generation.constraints.forms import Form

WORDS = "and the sea see over water mountain light a of heaven stone remember".split()


def random_texts(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(1, 16))) for _ in range(count)]


def choices_by(score, count: int, seed: int, noise: float = 0.0) -> list[PreferenceRecord]:
    """Of a chooser who takes the text with the larger score, `noise` being the deviation of what
    else moves him (a Gumbel difference, as the model has it)."""
    texts, rng = random_texts(2 * count, seed), np.random.default_rng([seed, 1])
    made = []
    for first, second in zip(texts[::2], texts[1::2], strict=True):
        one, other = score([first, second])
        difference = one - other + noise * rng.logistic()
        choice = 0 if difference == 0 else 1 if difference > 0 else 2
        made.append(PreferenceRecord("", (first, second), choice, "simulated", ""))
    return made


# The fit


def test_a_plain_case_by_hand():
    # One difference d = 1, preferred: σ(−w) = λ w.
    (weight,) = fit_bradley_terry(np.ones((1, 1)), np.ones(1), penalty=0.1)
    assert 1 / (1 + np.exp(weight)) == pytest.approx(0.1 * weight)
    assert fit_bradley_terry(np.ones((1, 1)), np.array([0.5])) == 0


def test_the_minimum_is_that_of_pytorchs_lbfgs(torch):
    rng = np.random.default_rng(0)
    differences, preferred = rng.normal(size=(30, 4)), rng.choice([0.0, 0.5, 1.0], 30)
    weights = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    d, t = torch.tensor(differences), torch.tensor(preferred)
    exact = {"tolerance_grad": 1e-13, "tolerance_change": 1e-16}
    solver = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe", **exact)

    def closure():
        solver.zero_grad()
        margins, logs = d @ weights, torch.nn.functional.logsigmoid
        loss = -(t * logs(margins) + (1 - t) * logs(-margins)).sum() + weights @ weights / 2
        loss.backward()
        return loss

    solver.step(closure)
    fitted = fit_bradley_terry(differences, preferred)
    np.testing.assert_allclose(fitted, weights.detach().numpy(), atol=1e-8)


NUMBERS = st.floats(-1e3, 1e3)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from([0.0, 0.5, 1.0])), max_size=8))
def test_the_gradient_vanishes_at_what_is_found(rows):
    differences = np.array([row[:2] for row in rows], float).reshape(-1, 2)
    preferred = np.array([row[2] for row in rows], float)
    weights = fit_bradley_terry(differences, preferred)
    chance = np.exp(-np.logaddexp(0, -differences @ weights))
    gradient = differences.T @ (chance - preferred) + weights
    np.testing.assert_allclose(gradient, 0, atol=1e-6 * (1 + np.abs(differences).sum()))


# Tastes


CHOOSERS = {
    "short": lambda texts: [-value for value in length(texts)],
    "varied": variety,
    "eight syllables": FormScorer(Form(syllables=(8,))),
}


@pytest.mark.parametrize("name", CHOOSERS)
def test_a_chooser_is_found_out(name):
    judge = train_reward_model(choices_by(CHOOSERS[name], 200, seed=0), PLAIN_FEATURES)
    assert judge.agreement(choices_by(CHOOSERS[name], 300, seed=1)) > 0.9


def test_who_chooses_by_chance_half_of_the_time_is_found_out_too():
    score = CHOOSERS["short"]
    made = choices_by(score, 400, seed=0, noise=0.5)
    judge = train_reward_model(made, PLAIN_FEATURES)
    assert judge.agreement(choices_by(score, 300, seed=1)) > 0.9
    assert 0.6 < judge.agreement(made) < 0.9


def test_weights_say_what_is_liked():
    judge = train_reward_model(choices_by(CHOOSERS["short"], 200, seed=0), {"length": length})
    assert judge.weights[0] < 0
    assert abs(judge.weights[1]) < abs(judge.weights[0])
    assert judge.in_words().startswith("length -")


def test_who_chooses_at_random_likes_nothing():
    rng = np.random.default_rng(0)
    made, others = (
        choices_by(lambda texts: rng.normal(size=2).tolist(), 400, seed) for seed in (0, 1)
    )
    judge = train_reward_model(made, PLAIN_FEATURES)
    assert np.abs(judge.weights).max() < 0.5
    assert 0.4 < judge.agreement(others) < 0.6


def test_texts_that_are_all_alike_have_all_the_same_worth():
    same = [PreferenceRecord("", ("the sea", "the sea"), 1, "", "")] * 3
    judge = train_reward_model(same, PLAIN_FEATURES)
    assert judge(["the sea", "the sea"]) == [0, 0]


# Features


def test_features_by_hand():
    texts = ["the sea and the sea and", "", "3\nwater"]
    assert length(texts) == pytest.approx(np.log1p([6, 0, 2]))
    assert variety(texts) == pytest.approx([3 / 5, 1, 1])
    assert syllables_per_line(texts) == pytest.approx([np.log1p(6), 0, np.log1p(2)])


def test_no_choice_is_named():
    with pytest.raises(UserError, match="no choice to learn from"):
        train_reward_model([], PLAIN_FEATURES)
    neither = [PreferenceRecord("", ("a", "b"), 0, "", "")]
    with pytest.raises(UserError, match="nothing to agree with"):
        train_reward_model(neither, PLAIN_FEATURES).agreement(neither)
