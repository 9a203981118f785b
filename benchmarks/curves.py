"""`make curves`: what pretraining is worth, over the number of labels, on two tasks.

The model of a run, the word vectors that it began with and random weights learn from the same
examples, in the same order, with the same budget, five seeds each; the learning rate of each is
chosen on validation data, by other seeds. On all examples, which would take most of the time, the
figures are the run's own: one seed and the preset's rates, unless `--all` is given. Writes
`docs/curves.json` and `docs/curves.png`, which the README shows.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from zen_transformer.report.curves import LearningCurve, plot_learning_curves
from zen_transformer.tasks.classification import Classification
from zen_transformer.tasks.encoder_curve import EncoderCurveTask
from zen_transformer.tasks.registry import preset_settings
from zen_transformer.tasks.running import RunTarget, run_task
from zen_transformer.tasks.task import Inputs
from zen_transformer.tasks.token_classification import TokenClassification

DOCS = Path(__file__).parents[1] / "docs"
TASKS: tuple[type[EncoderCurveTask], ...] = (TokenClassification, Classification)
SEEDS, TUNING_SEEDS = 5, 2
CANDIDATES = (5e-4, 1e-3, 2e-3, 4e-3)


def main() -> None:
    """Train what is not trained yet, and write the figures and the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("runs/quickstart"))
    parser.add_argument("--preset", default="quickstart", help="whose settings are used")
    parser.add_argument("--output", type=Path, default=Path("runs/curves"))
    parser.add_argument("--name", default="curves", help="of the files in docs/")
    parser.add_argument(
        "--own", action="store_true", help="the curves that the run itself has, without training"
    )
    parser.add_argument("--all", action="store_true", help="five seeds on all examples as well")
    options = parser.parse_args()
    summaries = {}
    for task in () if options.own else TASKS:
        target = RunTarget(output=options.output / task.stage, resume=True)
        settings = tuned(task, options.preset, SEEDS if options.all else 0)
        summaries[task.stage] = run_task(task(settings, Inputs(model=options.model)), target)
    write(DOCS / options.name, json.loads((options.model / "summary.json").read_text()), summaries)


def tuned(task: type[EncoderCurveTask], preset: str, all_seeds: int) -> Any:
    """The settings of a preset with five seeds, so many on all examples, and rates that are
    chosen."""
    settings: Any = preset_settings(preset, task.settings_class)
    finetuning = replace(
        settings.finetuning,
        seeds=SEEDS,
        all_seeds=all_seeds,
        tuning_seeds=TUNING_SEEDS,
        candidates=CANDIDATES,
    )
    return replace(settings, finetuning=finetuning)


def write(path: Path, run: dict[str, Any], summaries: dict[str, Any]) -> None:
    """Write the points of both curves, with what they were made of, and draw them.

    Args:
        path: of the files, without their endings.
        run: the summary of the run whose model it is.
        summaries: of the fine-tunings, by stage; where one or its last point is missing, the run's
            own counts.
    """
    names = "mlm_accuracy mlm_loss nsp_accuracy by_corpus tflop steps".split()
    figures: dict[str, Any] = {
        "pretraining": {name: run[name] for name in names if name in run},
        "machine": run["machine"],
    }
    for task in TASKS:
        curves_of_task = summaries.get(task.stage, run).get("curves", {})
        if task.stage not in curves_of_task:
            raise SystemExit(f"the run has no curve of {task.stage}: leave --own out")
        figures[task.stage] = with_last_point(curves_of_task[task.stage], run, task.stage)
    path.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    curves = [
        LearningCurve(
            figures[task.stage]["points"], {**task.variants, **task.baselines}, task.score_title
        )
        for task in TASKS
    ]
    plot_learning_curves(curves, path.with_suffix(".png"))


def with_last_point(curve: dict[str, Any], run: dict[str, Any], stage: str) -> dict[str, Any]:
    """A curve that ends, as the run's own does, with all examples."""
    own = run["curves"].get(stage, curve)["points"][-1]
    if own["examples"] <= curve["points"][-1]["examples"]:
        return curve
    return curve | {"points": [*curve["points"], own]}


if __name__ == "__main__":
    main()
