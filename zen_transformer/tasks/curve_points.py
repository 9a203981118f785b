"""The points of a learning curve: what each variant and baseline scored, by number of examples."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Point = dict[str, Any]
"""Of one number of examples: `examples`, and for each variant, gain and baseline `mean`, `std` and
the values of all `seeds`; for a variant also its `learning_rate`."""
Rows = Sequence[dict[str, Any]]
"""Lines of a stage's metrics."""


def results(rows: Rows) -> list[dict[str, Any]]:
    """The lines that count, without those of trainings that a learning rate was chosen by."""
    return [row for row in rows if not row.get("tuning")]


def make_point(
    rows: Rows, count: int, names: Iterable[str], gains: Mapping[str, tuple[str, str]], score: str
) -> Point:
    """Gather the scores of one number of examples, and what one variant gains over another, seed
    by seed.

    Args:
        rows: the lines of the stage.
        count: the number of examples.
        names: variants and baselines; those without a line are left out.
        gains: the variant that gains and the one that it gains over, by the gain's name.
        score: the field of the lines that is compared.
    """
    chosen = [row for row in results(rows) if row["examples"] == count]
    point: Point = {"examples": count}
    for name in names:
        lines = [row for row in chosen if row["start"] == name]
        if lines:
            point[name] = over_seeds([row[score] for row in lines])
            if "learning_rate" in lines[0]:
                point[name]["learning_rate"] = lines[0]["learning_rate"]
    for name, (better, worse) in gains.items():
        if better in point and worse in point:
            pairs = zip(point[better]["seeds"], point[worse]["seeds"], strict=True)
            point[name] = over_seeds([one - other for one, other in pairs])
    return point


def over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Mean and sample deviation over the seeds (0 for a single one)."""
    std = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": float(np.mean(values)), "std": std, "seeds": list(values)}


def deviation(scores: Mapping[str, Any]) -> float | None:
    """The sample deviation of scores over the seeds; None of a single seed, which has none."""
    return scores["std"] if len(scores["seeds"]) > 1 else None


def computed(rows: Rows) -> dict[str, float]:
    """The floating-point operations of all trainings, in units of 10¹², and apart from them those
    of the trainings that learning rates were chosen by."""
    tuning = sum(row.get("tflop", 0.0) for row in rows if row.get("tuning"))
    return {
        "tflop": sum(row.get("tflop", 0.0) for row in results(rows)),
        "tuning_tflop": tuning,
    }


def joined(summary: dict[str, Any], curves: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The summary of a run that consists of a pretraining and of learning curves.

    Args:
        summary: of the pretraining, or of the whole run as it was before.
        curves: what each learning curve's `train` returned.
    """
    metrics = [one for one in summary["metrics"] if not one["on_labels"]]
    both = {
        "metrics": metrics + [metric for curve in curves for metric in curve["metrics"]],
        "curves": {name: one for curve in curves for name, one in curve["curves"].items()},
        "machine": summary["machine"],
    }
    for curve in curves:
        summary = summary | curve
    return summary | both
