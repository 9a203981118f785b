"""A reward model trained on preferences between pairs of texts.  Bradley & Terry 1952.

    P(a is preferred to b) = σ(s(a) − s(b))
    s(x) = w · φ(x)                                     φ: a few features, and their squares
    L(w) = −Σ_i [t_i log σ(w·d_i) + (1 − t_i) log σ(−w·d_i)] + λ/2 ‖w‖²     d_i = φ(a_i) − φ(b_i)

t is 1 where a was preferred, 0 where b was and ½ where neither was. Features are standardised over
all texts; their squares allow a medium value to be the best. L is convex, so Newton's steps
w ← w − H⁻¹ g find its only minimum:

    g = Σ_i (σ(w·d_i) − t_i) d_i + λ w          H = Σ_i σ(w·d_i) σ(−w·d_i) d_i d_iᵀ + λ I
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from zen_transformer.data.preferences import NEITHER, PreferenceRecord
from zen_transformer.errors import UserError
from zen_transformer.evaluation.diversity import distinct_n
from zen_transformer.evaluation.ranking import Scorer
from zen_transformer.generation.constraints.pronunciation import UnknownWord, count_syllables, words

PENALTY = 1.0
"""λ."""


# Features of a text alone


def length(texts: Sequence[str]) -> list[float]:
    """log(1 + number of words)."""
    return [math.log1p(len(words(text))) for text in texts]


def variety(texts: Sequence[str]) -> list[float]:
    """distinct-2 of the words; 1 for fewer than two words."""
    shares = (distinct_n([words(text)], 2) for text in texts)
    return [1.0 if share is None else share for share in shares]


def syllables_per_line(texts: Sequence[str]) -> list[float]:
    """Mean of log(1 + syllables) over the lines whose syllables can be counted; 0 for none."""
    return [
        _mean([_syllables(line) for line in text.split("\n") if line.strip()]) for text in texts
    ]


def _syllables(line: str) -> float | None:
    try:
        return math.log1p(min(count_syllables(line)))
    except UnknownWord:
        return None


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


PLAIN_FEATURES: dict[str, Scorer] = {
    "length": length,
    "variety": variety,
    "syllables": syllables_per_line,
}


# The reward model


@dataclass(frozen=True)
class RewardModel:
    """A scorer that gives each text its reward s(x)."""

    features: Mapping[str, Scorer]
    weights: Float[np.ndarray, " weights"]
    """w, first of the features, then of their squares."""
    means: Float[np.ndarray, " features"]
    """Of the features, over the training texts; likewise the deviations."""
    deviations: Float[np.ndarray, " features"]

    def __call__(self, texts: Sequence[str]) -> list[float]:
        measured = _measured(self.features, texts)
        return (_phi(measured, self.means, self.deviations) @ self.weights).tolist()

    def in_words(self) -> str:
        """The weight of each feature and of its square, as a text for people."""
        named = zip(self.features, *np.split(self.weights, 2), strict=True)
        return ", ".join(f"{name} {one:+.2f} (squared {two:+.2f})" for name, one, two in named)

    def agreement(self, choices: Sequence[PreferenceRecord]) -> float:
        """The share of choices between two texts that the rewards agree with.

        Raises:
            UserError: no choice prefers one of its texts.
        """
        preferring = [record for record in choices if record.choice != NEITHER]
        if not preferring:
            raise UserError("no choice prefers one of its texts: there is nothing to agree with")
        firsts, seconds = _sides(preferring)
        better = np.array(self(firsts)) > np.array(self(seconds))
        chosen = np.array([record.choice == 1 for record in preferring])
        return float(np.mean(better == chosen))


def train_reward_model(
    choices: Sequence[PreferenceRecord], features: Mapping[str, Scorer]
) -> RewardModel:
    """Fit the reward model to choices by maximum likelihood.

    Args:
        choices: pairs of texts and which one is preferred.
        features: what the reward is computed from, by name.

    Raises:
        UserError: no choices.
    """
    if not choices:
        raise UserError("there is no choice to learn from: make some by `zen-transformer choose`")
    firsts, seconds = _sides(choices)
    measured = _measured(features, [*firsts, *seconds])
    means, deviations = measured.mean(axis=0), measured.std(axis=0)
    deviations = np.where(deviations > 1e-12, deviations, 1.0)
    phi = _phi(measured, means, deviations)
    preferred = np.array([{1: 1.0, 2: 0.0, NEITHER: 0.5}[record.choice] for record in choices])
    weights = fit_bradley_terry(phi[: len(firsts)] - phi[len(firsts) :], preferred)
    return RewardModel(features, weights, means, deviations)


def fit_bradley_terry(
    differences: Float[np.ndarray, "choices weights"],
    preferred: Float[np.ndarray, " choices"],
    penalty: float = PENALTY,
) -> Float[np.ndarray, " weights"]:
    """Minimise L by Newton's method; a step that does not decrease L is halved.

    Args:
        differences: d.
        preferred: t.
        penalty: λ.

    Returns:
        w.
    """
    weights = np.zeros(differences.shape[1])
    loss = _loss(weights, differences, preferred, penalty)
    for _ in range(100):
        probability = _sigmoid(differences @ weights)
        gradient = differences.T @ (probability - preferred) + penalty * weights
        curvature = (differences.T * (probability * (1 - probability))) @ differences
        step = np.linalg.solve(curvature + penalty * np.eye(len(weights)), gradient)
        while (new := _loss(weights - step, differences, preferred, penalty)) > loss:
            step = step / 2
            if np.abs(step).max() < 1e-12:
                return weights
        weights, loss = weights - step, new
        if np.abs(step).max() < 1e-10:
            break
    return weights


def _loss(
    weights: Float[np.ndarray, " weights"],
    differences: Float[np.ndarray, "choices weights"],
    preferred: Float[np.ndarray, " choices"],
    penalty: float,
) -> float:
    """L; −log σ(m) is log(1 + exp(−m))."""
    margins = differences @ weights
    losses = preferred * np.logaddexp(0, -margins) + (1 - preferred) * np.logaddexp(0, margins)
    return float(losses.sum() + penalty / 2 * weights @ weights)


def _sigmoid(x: Float[np.ndarray, " choices"]) -> Float[np.ndarray, " choices"]:
    return np.exp(-np.logaddexp(0, -x))


def _sides(choices: Sequence[PreferenceRecord]) -> tuple[list[str], list[str]]:
    return [record.wholes[0] for record in choices], [record.wholes[1] for record in choices]


def _measured(
    features: Mapping[str, Scorer], texts: Sequence[str]
) -> Float[np.ndarray, "texts features"]:
    return np.array([score(texts) for score in features.values()], float).T


def _phi(
    measured: Float[np.ndarray, "texts features"],
    means: Float[np.ndarray, " features"],
    deviations: Float[np.ndarray, " features"],
) -> Float[np.ndarray, "texts weights"]:
    """φ: the standardised features, and their squares."""
    standard = (measured - means) / deviations
    return np.concatenate([standard, standard**2], axis=1)
