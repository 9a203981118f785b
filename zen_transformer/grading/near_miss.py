"""Finds the file that was meant, where the one of an exercise is missing: "softmax (1).py"."""

import re
from collections.abc import Iterable

from zen_transformer.grading.values import printable

ENDINGS = re.compile(r"(\.(py|txt|ipynb|pyw|md))+$", re.IGNORECASE)
COPIES = re.compile(r"\(\d+\)|\b(copy|kopie|copie|final|new|v?\d+)\b", re.IGNORECASE)
SEPARATORS = re.compile(r"[\W_]+")


def near_miss(name: str, files: Iterable[str]) -> str:
    """Say which of some files is probably meant for NAME.py; empty if none is.

    One of the same letters, apart from capitals, separators, endings and the marks of a copy.
    """
    for file in sorted(files):
        if ENDINGS.search(file) and _letters(file) == _letters(name):
            return f"there is {printable(file)!r}: {_what_to_do(name, file)}"
    return ""


def _letters(name: str) -> str:
    words = COPIES.sub(" ", SEPARATORS.sub(" ", ENDINGS.sub("", name)))
    return SEPARATORS.sub("", words).lower()


def _what_to_do(name: str, file: str) -> str:
    if file.lower().endswith(".ipynb"):
        return f"copy the function from the notebook to {name}.py"
    return f"rename it to {name}.py"
