"""The modules that a source imports, read off it without running it."""

import ast

LONGEST = 200_000
"""Longest source, in characters, that is read for its imports."""


def imported_modules(source: str) -> set[str]:
    """The names of the modules that a source imports, as far as they stand in it as words."""
    if len(source) > LONGEST:
        return set()
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} - {""}
