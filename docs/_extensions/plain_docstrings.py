"""What is said of the code, as its readers know it.

The docstrings are plain text that reads in an editor. Here they become what Sphinx reads:
what is indented or stands in columns is an equation and stays as it is, and no letter means more
than itself.
"""

import itertools
import re
from collections.abc import Iterator

from sphinx.application import Sphinx

SECTION = re.compile(r"(Args|Raises|Returns|Yields|Example|Examples):$")
CODE = re.compile(r"(`[^`]*`)")


def prepare(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]):
    """Change `lines` in place, before napoleon reads the sections.

    In the first line about an attribute napoleon takes words before a colon for a type, so an empty
    comment stands in front.
    """
    first = ["..", ""] if what in ("attribute", "data", "property") else []
    lines[:] = first + prepared(lines)


def prepared(lines: list[str]) -> list[str]:
    """The docstring's lines as reStructuredText."""
    made: list[str] = []
    section = block = False
    for paragraph in paragraphs(lines):
        if not paragraph[0].startswith(" "):
            section = bool(SECTION.match(paragraph[0]))
        literal = not section and (paragraph[0].startswith(" ") or _is_aligned(paragraph))
        if literal and not block:
            made += ["::", ""]
        made += [f"    {line}" for line in paragraph] if literal else map(escaped, paragraph)
        made.append("")
        block = literal
    return made


def paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """What stands between empty lines."""
    for empty, paragraph in itertools.groupby(lines, key=lambda line: not line.strip()):
        if not empty:
            yield list(paragraph)


def _is_aligned(paragraph: list[str]) -> bool:
    """Whether columns stand below each other, as no prose has them."""
    return any(re.search(r"\S {3,}\S", line) for line in paragraph)


def escaped(line: str) -> str:
    """`*`, `|` and a final `_` are letters, but for code between backticks and **arguments."""
    parts = CODE.split(line)
    parts[::2] = [re.sub(r"(?<!^    )(?<!\*)([*|]|(?<=\w)_(?!\w))", r"\\\1", p) for p in parts[::2]]
    return "".join(parts)


def shorten(
    app: Sphinx, what: str, name: str, thing: object, options: object, arguments: str, result: str
) -> tuple[str | None, str | None]:
    """`Float[Array, "batch hidden"]` in signatures, as it is written in the code."""
    return _without_homes(arguments), _without_homes(result)


def _without_homes(signature: str | None) -> str | None:
    return signature and re.sub(
        r"\b(?:jaxlib\._jax|jax|numpy|np)\.(?=(?:Array|ndarray)\b)", "", signature
    )


def setup(app: Sphinx) -> dict:
    app.connect("autodoc-process-signature", shorten)
    app.connect("autodoc-process-docstring", prepare, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
