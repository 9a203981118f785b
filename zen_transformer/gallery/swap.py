"""Replaces one function by another everywhere in the package, and puts it back.

Compiled code keeps the functions that it was compiled with. So JAX's caches are cleared before and
after.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

PACKAGE, GALLERY = __name__.split(".")[0], __package__


def resolve(target: str) -> Any:
    """Import what a name such as `layers.masks:padding_mask` refers to at this moment."""
    module, _, name = target.partition(":")
    return getattr(import_module(f"{PACKAGE}.{module}"), name)


def references_to(thing: Any) -> list[tuple[dict[str, Any], str]]:
    """Find the names of modules, and entries of their dicts, that refer to a thing.

    The gallery is left out: its wrong functions may call the right ones.
    """
    tables = [
        table
        for module in _modules()
        for table in (vars(module), *(v for v in vars(module).values() if type(v) is dict))
    ]
    return [(table, name) for table in tables for name in table if table[name] is thing]


def _modules() -> list[ModuleType]:
    def inside(name: str, package: str) -> bool:
        return name == package or name.startswith(f"{package}.")

    return [
        module
        for name, module in sys.modules.items()
        if inside(name, PACKAGE) and not inside(name, GALLERY)
    ]


@contextmanager
def swapped(target: str, wrong: Any) -> Iterator[None]:
    """Put the wrong function in the place of the right one while a `with` block runs."""
    right = resolve(target)
    _replace(right, wrong)
    try:
        yield
    finally:
        _replace(wrong, right)  # also in modules that were imported meanwhile


def _replace(old: Any, new: Any) -> None:
    for table, name in references_to(old):
        table[name] = new
    import jax  # only here: the table of the mistakes needs none

    jax.clear_caches()
