"""Choices between two texts, kept in a file of JSON lines.

    {"prompt": "And the LORD", "texts": [" said …", " went …"], "choice": 2, "by": "person",
     "tokenizer": "c0ffee"}

`choice` is 1 or 2, the text that was preferred, or 0 where neither was. A text is what was written
behind the prompt. Every choice is on the disk before the next one is asked for.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zen_transformer.data.corpora import read_json_lines
from zen_transformer.errors import UserError
from zen_transformer.files import make_folder

NEITHER = 0


@dataclass(frozen=True)
class PreferenceRecord:
    """Two texts that go on with a prompt, and which is the better one."""

    prompt: str
    texts: tuple[str, str]
    choice: int
    """1, 2, or 0 for neither."""
    by: str
    """Who or what chose."""
    tokenizer: str
    """The fingerprint of that of the model that wrote them."""

    @property
    def wholes(self) -> tuple[str, str]:
        """Both with the prompt before them, as a reader sees them."""
        return self.prompt + self.texts[0], self.prompt + self.texts[1]

    @property
    def ordered(self) -> tuple[str, str]:
        """The text that was preferred, and the other one."""
        first, second = self.texts
        return (first, second) if self.choice == 1 else (second, first)


def decided(choices: Sequence[PreferenceRecord]) -> list[PreferenceRecord]:
    """Those in which one text was preferred to another."""
    return [one for one in choices if one.choice != NEITHER and one.texts[0] != one.texts[1]]


def read_choices(path: Path) -> list[PreferenceRecord]:
    """All choices of a file.

    Raises:
        UserError: no such file, or a line that is no choice; it names the line.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; make choices by `zen-transformer choose`")
    columns = tuple(PreferenceRecord.__dataclass_fields__)
    return [
        _choice(row, f"{path}, line {number}") for number, row in read_json_lines(path, columns)
    ]


def _choice(row: dict[str, Any], where: str) -> PreferenceRecord:
    texts, choice = row["texts"], row["choice"]
    for name in ("prompt", "by", "tokenizer"):
        if not isinstance(row[name], str):
            raise UserError(f"{where}: {name} is {row[name]!r:.40}: it must be a text")
    if not (isinstance(texts, list) and [type(text) for text in texts] == [str, str]):
        raise UserError(f"{where}: texts is {texts!r:.40}: it must be two texts")
    if type(choice) is not int or not 0 <= choice <= 2:
        raise UserError(f"{where}: choice is {choice!r:.40}: it must be 1, 2, or 0 for neither")
    return PreferenceRecord(
        row["prompt"], (texts[0], texts[1]), choice, row["by"], row["tokenizer"]
    )


def keep_choice(path: Path, choice: PreferenceRecord) -> None:
    """Add a choice at a file's end, and wait until it is on the disk.

    Raises:
        UserError: the file cannot be written to.
    """
    make_folder(path.parent)
    line = json.dumps(asdict(choice), ensure_ascii=False) + "\n"
    try:
        with path.open("ab+") as file:
            if file.tell() and not _ends_a_line(file):
                line = "\n" + line  # somebody's editor left the last line open
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UserError(f"cannot write to {path}: {error.strerror}") from error


def _ends_a_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def check_tokenizer(choices: Sequence[PreferenceRecord], fingerprint: str, path: Path) -> None:
    """Whether the choices are between texts that a model with this tokenizer wrote.

    Raises:
        UserError: one is not.
    """
    for number, choice in enumerate(choices, start=1):
        if choice.tokenizer != fingerprint:
            raise UserError(
                f"{path}: choice {number} is between texts of a model with another tokenizer: name "
                "that model with --model, or keep the choices of this one in another file"
            )
