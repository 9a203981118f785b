"""The report, the model card and the figures of any run, put together from what its tasks say."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zen_transformer.checkpoints.files import CONFIG
from zen_transformer.errors import UserError
from zen_transformer.metric import Metric
from zen_transformer.presets.overrides import check_types
from zen_transformer.report.page import write_page
from zen_transformer.report.record import RunRecord, read_run
from zen_transformer.report.section import Page
from zen_transformer.runs.card import write_card
from zen_transformer.runs.export import export_folder
from zen_transformer.tasks.registry import settings_class_of, tasks_of


def read_run_with_metrics(folder: Path) -> tuple[RunRecord, list[Metric]]:
    """A run's files and its figures, of a former version's run as well.

    Raises:
        UserError: the folder holds no run, or one of its files is damaged.
    """
    with understood(folder):
        run = read_checked(folder)
        if run.metrics or not run.config:
            return run, run.metrics
        return run, [metric for task in tasks_of(run.config) for metric in task.former_metrics(run)]


def read_checked(folder: Path) -> RunRecord:
    """A run's files, whose settings are of the types that its task has.

    Raises:
        UserError: the folder holds no run, or one of its files is damaged.
    """
    run = read_run(folder)
    if run.config:
        check_types(settings_class_of(run.config), run.config, str(folder / CONFIG))
    return run


@contextmanager
def understood(folder: Path) -> Iterator[None]:
    """Say in a line that a run's files lack something, or have it in another form than a run
    writes it: whoever reads them expects what their tasks wrote.

    Raises:
        UserError: they do.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"the files of the run in {folder} are not as it wrote them "
            f"({type(error).__name__}: {error}): bring them back, or run its command again with "
            "--overwrite"
        ) from error


def write_report(folder: Path) -> Path:
    """Write `report.html` into a run's folder.

    Raises:
        UserError: the folder holds no run, or one of its files is damaged.
    """
    run, metrics = read_run_with_metrics(folder)
    with understood(folder):
        return write_page(run, metrics, _page(run))


def _page(run: RunRecord) -> Page:
    """What the tasks of a run say of it."""
    tasks = tasks_of(run.config) if run.config else []
    setup = dict(row for task in tasks for row in task.setup(run.config))
    needed = [task for task in tasks if task is tasks[0] or not task.optional]
    expected = {stage for task in needed for stage in task.stages}
    expected |= {"answers"} if len(tasks) > 1 else set()
    return Page(
        setup=list(setup.items()),
        sections=[section for task in tasks for section in task.sections(run)],
        commands=report_commands(run),
        finished=expected <= set(run.stages),
    )


def report_commands(run: RunRecord) -> list[str]:
    """What can be done with what a run has made."""
    # An absolute path is of this machine, and the page may be read on another.
    folder = run.folder
    place = shlex.quote(folder.name if folder.is_absolute() else folder.as_posix())
    tasks = tasks_of(run.config) if run.config else []
    commands = [command for task in tasks for command in task.commands(run, place)]
    return [*commands, f"zen-transformer compare-runs {place} ANOTHER"] if commands else []


def export_run(folder: Path, output: Path, part: str, licence: str | None) -> None:
    """Write a run's model in HuggingFace's layout, with a card made from the run.

    Args:
        folder: of the run.
        output: the folder to write.
        part: the folder of the model in the run.
        licence: on what terms others may use the weights, as HuggingFace abbreviates it.

    Raises:
        UserError: the run is not finished so far, or there is something at `output`.
    """
    if not (folder / CONFIG).is_file():
        raise UserError(f"{folder} is no run, it has no {CONFIG}: name the folder of a run")
    run = read_checked(folder)
    tasks = {task.part: task for task in tasks_of(run.config)}
    if part not in tasks:
        raise UserError(
            f"the run in {folder} makes no {part}: choose --part from {', '.join(tasks)}"
        )
    if not (folder / part / CONFIG).is_file():
        raise UserError(
            f"the run in {folder} has no {part} yet: go on with it by --resume, or name another run"
        )
    task = tasks[part]
    version = run.config.get("version", "of an unknown version")
    with understood(folder):
        card = task.card(run, part)
        text = write_card(card, output.resolve().name, run.shape(part), version, licence)
    export_folder(folder / part, output, text)
