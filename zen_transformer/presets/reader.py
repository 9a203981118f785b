"""The files of presets."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from zen_transformer.errors import UserError

FOLDER = Path(__file__).parent
FORMER = {"couplets": "xiehouyu"}
"""Former names of presets, which keep working."""


class PresetFile(NamedTuple):
    """What one file says itself."""

    path: Path
    values: dict[str, Any]
    about: str = ""
    """What it trains, in a few words."""


def preset_names() -> list[str]:
    """The presets that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_preset(name: str) -> list[PresetFile]:
    """A preset's file and those that it extends, the most special one first.

    A file may begin with `extends = "NAME"` and then says only what is different there; a file
    that it names so is looked for beside it. `about = "…"` says what it trains, and sets nothing.

    Args:
        name: of a built-in preset, or the path of a TOML file.

    Raises:
        UserError: no such preset, a file that is no TOML, or one that extends itself.
    """
    path, chain = _place(name), list[PresetFile]()
    while True:
        if any(path.samefile(known.path) for known in chain):
            raise UserError(f"{path} extends itself: take one of the lines with extends out")
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path} is not readable TOML: {error}") from error
        if "preset" in values:
            raise UserError(f"{path}: preset is no setting of a file: write extends instead")
        extended = values.pop("extends", None)
        chain.append(PresetFile(path, values, str(values.pop("about", ""))))
        if extended is None:
            return chain
        if not isinstance(extended, str):
            raise UserError(f"{path}: extends is {extended!r}: it must be the name of a preset")
        path = _place(extended, path.parent)


def _place(name: str, beside: Path = Path()) -> Path:
    name = FORMER.get(name, name)
    path = beside / name if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UserError(
            f"no preset {name}: choose {', '.join(preset_names())}, or give a .toml file"
        )
    return path
