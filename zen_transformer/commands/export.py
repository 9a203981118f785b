"""`zen-transformer export`: a model for others."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.errors import UserError
from zen_transformer.printing import print
from zen_transformer.tasks.reporting import export_run


def export(
    run: Annotated[Path, Positional, arg(metavar="[RUN]")] = Path("runs/quickstart"),
    output: Path | None = None,
    part: str = "model",
    license: str | None = None,
) -> None:
    """Write a run's model in HuggingFace's layout, with a model card made from the run.

    For example:

      zen-transformer export runs/small --output small-bert
      zen-transformer export runs/small --part classifier --output sentiment --license apache-2.0

    Args:
        run: the run's folder.
        output: the folder to write, which must not exist yet.
        part: model, or another folder that a task has written, such as classifier.
        license: on what terms others may use the weights, as HuggingFace abbreviates it.
    """
    if output is None:
        raise UserError("no --output: name the folder to write, such as --output my-bert")
    if not run.is_dir():
        raise UserError(f"{run}: no such folder; name that of a run")
    export_run(run, output, part, license)
    print(f"written to {output}: open {output / 'README.md'} to see what it says about itself")
