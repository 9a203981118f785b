"""From text to a trained model in a run's folder: what every `pretrain` does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from zen_transformer.report.page import write_report
from zen_transformer.runs.execution import ExecutionConfig, first_alone, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.training.parallelism import Parallelism


def pretrain_from_text(
    output: Path,
    settings: Any,
    resume: bool,
    overwrite: bool,
    execution: ExecutionConfig,
    *,
    check: Callable[[Parallelism, Any], None],
    read: Callable[[], tuple[Any, dict[str, str]]],
    cut: Callable[[RunFolder, Any], tuple[Any, ...]],
    train: Callable[..., dict[str, Any]],
) -> dict[str, Any]:
    """Begin a run or go on with it; its summary.

    Args:
        check: raises where the devices do not fit the settings.
        read: gives the text, and the fingerprints of what the run is made from.
        cut: makes of the folder and the text what is trained on.
        train: the stage; it is given the folder, the settings, what `cut` made, the way and how the
            run is run.
    """
    parallelism = execution.join()
    run = execution.folder(output)
    check(parallelism, settings)
    with run.locked():
        with first_alone():
            run.check(settings, resume, overwrite)
            text, made_from = read()
            run.begin(settings, resume, overwrite, made_from)
            execution.watch(run)
            parts = cut(run, text)
        summary = train(run, settings, *parts, parallelism, execution)
        if not is_first():
            return summary
        stages = run.stages()
        summary |= {"stages": stages, "seconds": sum(stages.values())}
        run.write_json("summary.json", summary)
        print(f"everything is in {run.path}/; open {write_report(run.path)} to see it")
    return summary
