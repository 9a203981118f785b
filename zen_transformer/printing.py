"""Printing text of others: labels, pieces, answers, names of fields and tensors.

A terminal obeys control characters, such as those that clear it or rename its window. Here they are
shown in the way in which JSON writes them, \\u001b for ESC, and nothing obeys them.
"""

import builtins
import re
from typing import Any

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All of Unicode's category Cc, except for the tab and the line feed."""


def visible(text: str) -> str:
    """Replace the control characters of a text by what can be seen."""
    return CONTROL_CHARACTERS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def one_line(text: str) -> str:
    """`visible`, with line feeds replaced as well."""
    return visible(text).replace("\n", "\\u000a")


def print(*values: Any, sep: str = " ", end: str = "\n", **options: Any) -> None:
    """Do what Python's `print` does, with control characters made visible."""
    builtins.print(visible(sep.join(map(str, values))), end=end, **options)
