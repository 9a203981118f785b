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

    A file may begin with `extends = "NAME"` and then says only what is different there.

    Raises:
        UserError: no such preset, a file that is no TOML, or a setting that does not exist.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UserError(
            f"no preset {name}: choose {', '.join(preset_names())}, or give a .toml file"
        )
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not readable TOML: {error}") from error
    extended = values.pop("extends", None)
    base = RunSettings() if extended is None else load_preset(extended)
    return changed(dataclasses.replace(base, preset=name), values, str(path))


def settings_from(path: Path) -> RunSettings:
    """The settings that a run's `config.json` keeps.

    Raises:
        UserError: a damaged file, or one of another version.
    """
    values = read_json(path)
    for fact in ("version", "pretrained"):
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
