"""A run's model in HuggingFace's layout, with its card."""

import shutil
from pathlib import Path

from zen_transformer.checkpoints.files import CONFIG, read_folder
from zen_transformer.errors import UserError
from zen_transformer.files import atomic_folder, read_json, write_text
from zen_transformer.tokenizers.files import (
    CONFIG_FILE,
    model_max_length,
    read_config,
    write_json,
)


def export_folder(source: Path, output: Path, card: str) -> None:
    """Copy a model's folder and write its card beside the files, all or nothing.

    Raises:
        UserError: the folder is damaged or holds links, or there is something at `output`.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError(f"{output} is there already: choose another folder, or empty it first")
    check_no_links(source)
    read_folder(source)  # says what is wrong with a damaged one
    with atomic_folder(output) as temporary:
        for path in sorted(source.iterdir()):
            if path.is_file():
                shutil.copy(path, temporary)
        write_length_limit(temporary)
        write_text(temporary / "README.md", card)


def write_length_limit(folder: Path) -> None:
    """Write the number of a model's positions into its `tokenizer_config.json` as
    `model_max_length`, which runs of former versions left out."""
    config = read_config(folder)
    if config and model_max_length(config) is None:
        shape = read_json(folder / CONFIG)
        positions = shape.get("max_position_embeddings", shape.get("n_positions"))
        write_json(folder / CONFIG_FILE, {**config, "model_max_length": positions})


def check_no_links(folder: Path) -> None:
    """Raise a `UserError` where a folder is a link or holds one: what it points to would be
    published with the model."""
    for path in (folder, *sorted(folder.rglob("*"))):
        if path.is_symlink():
            raise UserError(
                f"{path} is a link to {path.readlink()}, which may not be meant for others: put "
                "the file itself in its place, or remove the link"
            )
