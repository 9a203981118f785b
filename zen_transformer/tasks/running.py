"""Running a task: its data, its training, its report, in one folder. Whoever stops a run goes on
with it by `resume`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zen_transformer.printing import print
from zen_transformer.runs.execution import ExecutionConfig, first_alone, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.reporting import write_report
from zen_transformer.tasks.task import Task


@dataclass(frozen=True, kw_only=True)
class RunTarget:
    """Where a run is written."""

    output: Path | None = None
    """The run's folder; if not given, one in runs/ that is named after the task or its preset."""
    resume: bool = False
    """Go on with the run in the folder, if there is one; what is finished is not run again."""
    overwrite: bool = False
    """Replace the run in the folder."""

    def folder(self, task: Task) -> Path:
        """The run's folder."""
        return self.output or Path("runs") / default_name(task)


def default_name(task: Task) -> str:
    """What a run of a task is called, if nobody says otherwise."""
    return task.folder or Path(task.settings.preset).stem or task.name()


def run_task(
    task: Task, target: RunTarget = RunTarget(), execution: ExecutionConfig = ExecutionConfig()
) -> dict[str, Any]:
    """Begin a run or go on with it.

    Args:
        task: with its settings and what it starts from.
        target: where the run is written.
        execution: on which devices it is run, and with which trackers.

    Returns:
        The run's summary; nothing in a process that is not the first.

    Raises:
        UserError: what the user gave cannot work.
    """
    parallelism = execution.join()
    run = execution.folder(target.folder(task))
    task.check(parallelism)
    with run.locked():
        with first_alone():
            run.check(task.settings, target.resume, target.overwrite)
            data, made_from = task.load()
            run.begin(task.settings, target.resume, target.overwrite, made_from)
            execution.track(run)
            prepared = task.prepare(run, data)
        summary = task.train(run, prepared, parallelism, execution)
        if not is_first():
            return summary
        summary = complete_summary(run, summary)
        print(f"everything is in {run.path}/; open {write_report(run.path)} to see it")
        return summary


def complete_summary(run: RunFolder, summary: dict[str, Any]) -> dict[str, Any]:
    """Write the summary with the times of all stages; the whole of it."""
    stages = run.stages()
    summary = summary | {"stages": stages, "seconds": sum(stages.values())}
    run.write_json("summary.json", summary)
    return summary
