"""One function for another, everywhere in the package, and back again.

A function that was compiled keeps what it called then. So compiled code is cleared on the way in
and on the way out.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

PACKAGE, GALLERY = __name__.split(".")[0], __package__


def named(target: str) -> Any:
    """Import what a name such as `layers.masks:padding_mask` stands for at this moment."""
    module, _, name = target.partition(":")
    return getattr(import_module(f"{PACKAGE}.{module}"), name)


def places(thing: Any) -> list[tuple[dict[str, Any], str]]:
    """Where the package has it: names of modules, entries of their tables. Not in the gallery,
    whose wrong functions may call the right ones."""
    tables = [
        table
        for module in _modules()
        for table in (vars(module), *(v for v in vars(module).values() if type(v) is dict))
    ]
    return [(table, name) for table in tables for name in table if table[name] is thing]


def _modules() -> list[ModuleType]:
    def inside(name: str, package: str) -> bool:
        return name == package or name.startswith(f"{package}.")

    found = [(name, module) for name, module in sys.modules.items() if inside(name, PACKAGE)]
    return [module for name, module in found if not inside(name, GALLERY)]


@contextmanager
def swapped(target: str, wrong: Any) -> Iterator[None]:
    """The wrong function stands for the right one while the block runs."""
    right = named(target)
    _exchange(right, wrong)
    try:
        yield
    finally:
        _exchange(wrong, right)  # also in modules that were imported meanwhile


def _exchange(old: Any, new: Any) -> None:
    for table, name in places(old):
        table[name] = new
    import jax  # only here: the table of the mistakes needs none

    jax.clear_caches()
