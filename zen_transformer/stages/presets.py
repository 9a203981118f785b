"""Settings from a preset's file or from a finished run."""

import dataclasses
import json
import tomllib
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError
from zen_transformer.stages.settings import RunSettings, changed

FOLDER = Path(__file__).parents[1] / "presets"
DEFAULT = "quickstart"


def preset_names() -> list[str]:
    """The presets that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_preset(name: str = DEFAULT) -> RunSettings:
    """The settings of a preset, by its name or the path of its file.

    A file may begin with `extends = "NAME"` and then says only what is different there; a file
    that it names so is looked for beside it.

    Raises:
        UserError: no such preset, a file that is no TOML, or a setting that does not exist.
    """
    settings = RunSettings()
    for path, values in reversed(_chain(_place(name))):
        settings = changed(settings, values, str(path))
    return dataclasses.replace(settings, preset=name)


def _place(name: str, beside: Path = Path()) -> Path:
    path = beside / name if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UserError(
            f"no preset {name}: choose {', '.join(preset_names())}, or give a .toml file"
        )
    return path


def _chain(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """A preset's file and those that it extends, each with what it says itself."""
    chain: list[tuple[Path, dict[str, Any]]] = []
    while True:
        if any(path.samefile(known) for known, _ in chain):
            raise UserError(f"{path} extends itself: take one of the lines with extends out")
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(f"{path} is not readable TOML: {error}") from error
        if "preset" in values:
            raise UserError(f"{path}: preset is no setting of a file: write extends instead")
        extended = values.pop("extends", None)
        chain.append((path, values))
        if extended is None:
            return chain
        if not isinstance(extended, str):
            raise UserError(f"{path}: extends is {extended!r}: it must be the name of a preset")
        path = _place(extended, path.parent)


def settings_from(path: Path) -> RunSettings:
    """The settings that a run's `config.json` keeps.

    Raises:
        UserError: a damaged file, or one of another version.
    """
    values = read_json(path)
    for fact in ("version", "made_from"):
        values.pop(fact, None)
    return changed(RunSettings(), values, str(path))


def read_json(path: Path) -> dict[str, Any]:
    """The fields of a JSON file."""
    return parse_json(path.read_bytes(), path)


def parse_json(text: str | bytes, path: Path) -> dict[str, Any]:
    """The fields of a file's text, or of one of its lines.

    Raises:
        UserError: it is damaged.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise UserError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no fields: it begins with {str(content)[:20]!r}")
    return content
