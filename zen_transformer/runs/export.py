"""A run's model in HuggingFace's layout, with its card."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from zen_transformer.checkpoints.files import read_folder
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder


def check_part(run: Path, part: str) -> None:
    """Raise a `UserError` unless a run has a part to export."""
    if not (run / part / "config.json").is_file() or not (run / "config.json").is_file():
        raise UserError(
            f"{run} has no {part} of a finished run: go on with it by --resume, or name another "
            "folder"
        )


def export_folder(source: Path, output: Path, card: str) -> None:
    """Copy a model's folder and write its card beside the files, all or nothing.

    Raises:
        UserError: the folder is damaged, or there is something at `output`.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError(f"{output} is there already: choose another folder, or empty it first")
    read_folder(source)  # says what is wrong with a damaged one
    make_folder(output.parent)
    try:
        with TemporaryDirectory(prefix=f"{output.name}.", dir=output.parent) as temporary:
            whole = shutil.copytree(source, Path(temporary) / "whole")
            (whole / "README.md").write_text(card, "utf-8")
            if output.exists():
                output.rmdir()  # Windows does not rename onto an empty folder
            whole.replace(output)
    except (OSError, shutil.Error) as error:
        raise UserError(f"cannot write {output}: {error}") from error
