"""Scores of a model's texts: the mean, its standard error, and the best of n.

Every prompt has several texts. Texts of one prompt are alike, so the error is that of the means of
the prompts:

    mean ± √(Σ_p (m_p − mean)² / (P (P − 1)))         m_p the mean over the texts of prompt p
"""

import math
from typing import TypedDict

import numpy as np
from jaxtyping import Float

from zen_transformer.evaluation.ranking import divergence_of_best, expected_best

COUNTS = (1, 2, 4, 8, 16)
"""The values of n."""
Scores = Float[np.ndarray, "prompts samples"]


class Estimate(TypedDict):
    """A mean and its standard error, as `summary.json` keeps them."""

    mean: float
    error: float


class BestOfN(Estimate):
    """The score of the best of n texts."""

    divergence: float
    """The upper bound of its distance from the model, in nats."""


class ScoreFigures(TypedDict):
    """The scores of one model's texts."""

    score: Estimate
    full: Estimate
    """The share of texts with a score of 1, such as those that keep a form."""
    best_of: dict[str, BestOfN]
    """By n."""
    full_best_of: dict[str, BestOfN]


def mean_and_error(of_prompts: Float[np.ndarray, " prompts"]) -> Estimate:
    """The mean over prompts, and its standard error."""
    error = of_prompts.std(ddof=1) / math.sqrt(len(of_prompts))
    return {"mean": float(of_prompts.mean()), "error": float(error)}


def best_of_each(scores: Scores) -> dict[str, BestOfN]:
    """The expected score of the best of n texts, for each n up to the number of samples."""
    figures: dict[str, BestOfN] = {}
    for n in (n for n in COUNTS if n <= scores.shape[1]):
        best = np.array([expected_best(of_prompt, n) for of_prompt in scores])
        figures[str(n)] = {**mean_and_error(best), "divergence": divergence_of_best(n)}
    return figures


def score_figures(scores: Scores) -> ScoreFigures:
    """All figures of one model's scores."""
    full = (scores > 1 - 1e-9).astype(float)
    return {
        "score": mean_and_error(scores.mean(axis=1)),
        "full": mean_and_error(full.mean(axis=1)),
        "best_of": best_of_each(scores),
        "full_best_of": best_of_each(full),
    }
