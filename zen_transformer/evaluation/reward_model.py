"""A judge learnt from choices: texts have a worth, and the better one is not always chosen.
Bradley & Terry 1952.

    P(a is preferred to b) = σ(s(a) − s(b))
    s(x) = w · φ(x)                                     φ: a few features, and their squares
    L(w) = −Σ_i [t_i log σ(w·d_i) + (1 − t_i) log σ(−w·d_i)] + λ/2 ‖w‖²     d_i = φ(a_i) − φ(b_i)

t is 1 where a was preferred, 0 where b was and ½ where neither. Features are made to have mean 0
and deviation 1 over all texts; a square lets what lies in the middle be the best. L is convex, so
Newton's steps w ← w − H⁻¹ g find its one minimum:

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


# Features that only a text is needed for


def length(texts: Sequence[str]) -> list[float]:
    """log(1 + words)."""
    return [math.log1p(len(words(text))) for text in texts]


def variety(texts: Sequence[str]) -> list[float]:
    """distinct-2 of the words; 1 where there is no pair."""
    found = (distinct_n([words(text)], 2) for text in texts)
    return [1.0 if share is None else share for share in found]


def syllables_per_line(texts: Sequence[str]) -> list[float]:
    """log(1 + syllables), the mean over the lines that can be counted; 0 if none can."""
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


# The judge


@dataclass(frozen=True)
class RewardModel:
    """What was learnt; a score. `weights` are w, first of the features, then of their squares."""

    features: Mapping[str, Scorer]
    weights: Float[np.ndarray, " weights"]
    means: Float[np.ndarray, " features"]
    deviations: Float[np.ndarray, " features"]

    def __call__(self, texts: Sequence[str]) -> list[float]:
        measured = _measured(self.features, texts)
        return (_phi(measured, self.means, self.deviations) @ self.weights).tolist()

    def in_words(self) -> str:
        """What is liked, feature by feature, and its square, in deviations of the texts."""
        likes = zip(self.features, *np.split(self.weights, 2), strict=True)
        return ", ".join(f"{name} {one:+.2f} (squared {two:+.2f})" for name, one, two in likes)

    def agreement(self, choices: Sequence[PreferenceRecord]) -> float:
        """The share of choices, of those that prefer one, which the judge would make, too."""
        firsts, seconds = _sides([one for one in choices if one.choice != NEITHER])
        if not firsts:
            raise UserError("no choice prefers one of its texts: there is nothing to agree with")
        better = np.array(self(firsts)) > np.array(self(seconds))
        chosen = np.array([one.choice == 1 for one in choices if one.choice != NEITHER])
        return float(np.mean(better == chosen))


def train_reward_model(
    choices: Sequence[PreferenceRecord], features: Mapping[str, Scorer]
) -> RewardModel:
    """The judge that makes these choices likeliest.

    Raises:
        UserError: no choice at all.
    """
    if not choices:
        raise UserError("there is no choice to learn from: make some by `zen-transformer choose`")
    firsts, seconds = _sides(choices)
    measured = _measured(features, [*firsts, *seconds])
    means, deviations = measured.mean(axis=0), measured.std(axis=0)
    deviations = np.where(deviations > 1e-12, deviations, 1.0)
    phi = _phi(measured, means, deviations)
    preferred = np.array([{1: 1.0, 2: 0.0, NEITHER: 0.5}[one.choice] for one in choices])
    weights = fit_bradley_terry(phi[: len(firsts)] - phi[len(firsts) :], preferred)
    return RewardModel(features, weights, means, deviations)


def fit_bradley_terry(
    differences: Float[np.ndarray, "choices weights"],
    preferred: Float[np.ndarray, " choices"],
    penalty: float = PENALTY,
) -> Float[np.ndarray, " weights"]:
    """The minimum w of L above, where `differences` are d and `preferred` is t. A step that does
    not lead downwards is halved."""
    weights = np.zeros(differences.shape[1])
    loss = _loss(weights, differences, preferred, penalty)
    for _ in range(100):
        chance = _sigmoid(differences @ weights)
        gradient = differences.T @ (chance - preferred) + penalty * weights
        curvature = (differences.T * (chance * (1 - chance))) @ differences
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
    lost = preferred * np.logaddexp(0, -margins) + (1 - preferred) * np.logaddexp(0, margins)
    return float(lost.sum() + penalty / 2 * weights @ weights)


def _sigmoid(x: Float[np.ndarray, " choices"]) -> Float[np.ndarray, " choices"]:
    return np.exp(-np.logaddexp(0, -x))


def _sides(choices: Sequence[PreferenceRecord]) -> tuple[list[str], list[str]]:
    return [one.wholes[0] for one in choices], [one.wholes[1] for one in choices]


def _measured(
    features: Mapping[str, Scorer], texts: Sequence[str]
) -> Float[np.ndarray, "texts features"]:
    return np.array([score(texts) for score in features.values()], float).T


def _phi(
    measured: Float[np.ndarray, "texts features"],
    means: Float[np.ndarray, " features"],
    deviations: Float[np.ndarray, " features"],
) -> Float[np.ndarray, "texts weights"]:
    """The features, mean 0 and deviation 1, and their squares."""
    standard = (measured - means) / deviations
    return np.concatenate([standard, standard**2], axis=1)
