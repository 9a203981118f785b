"""What a model's texts score: the mean, its standard error, and the best of n.

Every prompt has several texts. Those to one prompt are alike, so that the error is that of the
prompts' own means:

    mean ± √(Σ_p (m_p − mean)² / (P (P − 1)))         m_p the mean over the texts to prompt p
"""

import math
from typing import Any

import numpy as np
from jaxtyping import Float

from zen_transformer.evaluation.ranking import divergence_of_best, expected_best

COUNTS = (1, 2, 4, 8, 16)
"""n of the best of n."""
Scores = Float[np.ndarray, "prompts samples"]


def mean_and_error(of_prompts: Float[np.ndarray, " prompts"]) -> dict[str, float]:
    """The mean over prompts, and its standard error."""
    error = of_prompts.std(ddof=1) / math.sqrt(len(of_prompts))
    return {"mean": float(of_prompts.mean()), "error": float(error)}


def best_of_each(scores: Scores) -> dict[str, dict[str, float]]:
    """By n: what the best of n texts scores, and how far it is from the model in nats at most."""
    found = {}
    for n in (n for n in COUNTS if n <= scores.shape[1]):
        best = np.array([expected_best(own, n) for own in scores])
        found[str(n)] = mean_and_error(best) | {"divergence": divergence_of_best(n)}
    return found


def figures(scores: Scores) -> dict[str, Any]:
    """All of one model. `full` is the share of texts with a score of 1: a form that is kept."""
    full = (scores > 1 - 1e-9).astype(float)
    return {
        "score": mean_and_error(scores.mean(axis=1)),
        "full": mean_and_error(full.mean(axis=1)),
        "best_of": best_of_each(scores),
        "full_best_of": best_of_each(full),
    }
