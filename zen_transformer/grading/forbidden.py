"""What an answer may not use, read off its source without running it: packages that are not there,
and what an exercise forbids, such as a ready-made softmax where one is to be written.

This file needs only Python, since it is copied beside the tests of a student.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence

PARTS = 12
"""Most parts of a name that is looked at: no function lies deeper."""

IMPORTERS = ("__import__", "importlib.import_module")


def refusal(
    source: str,
    packages: Sequence[str],
    required: Sequence[str],
    forbidden: Sequence[str],
    own: Iterable[str] = (),
) -> str:
    """Say why a source is not run; empty if it is.

    Args:
        source: a source of Python. One that cannot be read is run: that says why.
        packages: packages that it may import.
        required: packages that it must import.
        forbidden: dotted names that it may not use.
        own: other modules that it may import, such as earlier exercises.
    """
    modules = imported_modules(source)
    if modules is None:
        return ""
    if missing := sorted(set(required) - modules):
        return f"this exercise is about {missing[0]}: import it and use it"
    if foreign := sorted(modules - {*packages, *required, *own} - sys.stdlib_module_names):
        listed = ", ".join(packages)
        return f"an exercise imports only {listed} and earlier exercises, and no {foreign[0]}"
    return forbidden_use(source, forbidden)


def imported_modules(source: str) -> set[str] | None:
    """The names of the modules that a source imports, as far as they stand in it as words; None if
    it cannot be read."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} - {""}


def forbidden_use(source: str, forbidden: Sequence[str]) -> str:
    """Say which forbidden name a source uses, and where; empty if it uses none.

    Args:
        source: a source of Python. One that cannot be read uses nothing: running it says why.
        forbidden: dotted names, such as `jax.grad`; what lies within them is forbidden as well.
    """
    try:
        tree = ast.parse(source) if forbidden else ast.Module([], [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    packages = {name.split(".")[0] for name in forbidden}
    for line, name in sorted(_Names(tree).used()):
        if _is_private(name, packages) or any(_lies_in(name, place) for place in forbidden):
            return f"line {line} uses {name}, which this exercise does not allow: write it yourself"
    return ""


def _is_private(name: str, packages: set[str]) -> bool:
    """Whether a name lies behind the public ones of a package, as jax._src.api.grad does."""
    first, *parts = name.split(".")
    return first in packages and any(part.startswith("_") for part in parts)


def _lies_in(name: str, place: str) -> bool:
    if name.endswith(".*"):  # from jax.nn import *
        return place.startswith(name[:-1])
    return name == place or name.startswith(f"{place}.")


class _Names:
    """The dotted names that a module uses, wherever it gives them other names."""

    def __init__(self, tree: ast.Module):
        self.tree = tree
        self.aliases: dict[str, str] = {}
        nodes = list(ast.walk(tree))
        self.imported = [use for node in nodes for use in self._imports(node)]
        for _ in range(3):  # names of names
            for node in nodes:
                self._assignment(node)

    def _imports(self, node: ast.AST) -> Iterator[tuple[int, str]]:
        """Note the names that an import gives, and yield what it imports."""
        if isinstance(node, ast.Import):
            for entry in node.names:
                top = entry.name.split(".")[0]
                self.aliases[entry.asname or top] = entry.name if entry.asname else top
                yield node.lineno, entry.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for entry in node.names:
                name = f"{node.module}.{entry.name}"
                self.aliases[entry.asname or entry.name] = name
                yield node.lineno, name

    def _assignment(self, node: ast.AST) -> None:
        """Note the name that an assignment gives: g = jax.grad."""
        if isinstance(node, ast.Assign | ast.NamedExpr | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            name = self.dotted(node.value)
            for target in targets:
                if name and isinstance(target, ast.Name) and target.id not in self.aliases:
                    self.aliases[target.id] = name

    def used(self) -> Iterator[tuple[int, str]]:
        """Yield the line and the full name of all that is imported or used."""
        yield from self.imported
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute | ast.Call | ast.Name) and (
                name := self.dotted(node)
            ):
                yield node.lineno, name

    def dotted(self, node: ast.AST, depth: int = 0) -> str:
        """The full dotted name of an expression; empty if it has none, or one of many parts."""
        if depth > PARTS:
            return ""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, "")
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, depth + 1)
            return f"{base}.{node.attr}" if base and base.count(".") < PARTS else ""
        return self._called(node, depth + 1) if isinstance(node, ast.Call) else ""

    def _called(self, call: ast.Call, depth: int) -> str:
        """The name that getattr(jax, "grad") or import_module("jax.nn") gives."""
        constants = [a.value for a in call.args if isinstance(a, ast.Constant)]
        texts = [value for value in constants if isinstance(value, str)]
        function = call.func.id if isinstance(call.func, ast.Name) else ""
        if texts and (function in IMPORTERS or self.dotted(call.func, depth) in IMPORTERS):
            return texts[0]
        if texts and function == "getattr" and (base := self.dotted(call.args[0], depth)):
            return f"{base}.{texts[0]}"
        return ""
