"""Settings as nested frozen dataclasses: some of their fields set to other values, a part of them,
all of them by dotted names."""

import dataclasses
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from typeguard import CollectionCheckStrategy, TypeCheckError, check_type

from zen_transformer.errors import UserError

Settings = TypeVar("Settings")
ALL_ITEMS = CollectionCheckStrategy.ALL_ITEMS

KINDS = {
    int: "a whole number",
    float: "a number",
    str: "a word in quotes",
    bool: "true or false",
    tuple: "a list, as in [16, 64]",
    dict: "a group of lists",
}
"""What a value has to be, in words."""


def with_overrides(settings: Settings, values: dict[str, Any], source: str) -> Settings:
    """Set some fields, named as in TOML or JSON, to other values.

    Args:
        settings: a dataclass, whose fields may be dataclasses.
        values: the new values by the names of the fields, groups as dicts.
        source: the file that they come from, for messages.

    Raises:
        UserError: a field that does not exist, or a value that it does not take; names the source.
    """
    hints = get_type_hints(type(settings))
    new: dict[str, Any] = {}
    for name, value in values.items():
        if name not in hints:
            raise UserError(f"{source}: unknown setting {name!r} (known here: {', '.join(hints)})")
        current = getattr(settings, name)
        if dataclasses.is_dataclass(current):
            new[name] = with_overrides(current, _group(name, value, source), source)
        else:
            new[name] = _checked(name, _with_tuples(value), hints[name], source)
    try:
        return dataclasses.replace(settings, **new)  # type: ignore[type-var]
    except UserError as error:
        raise UserError(f"{source}: {error}") from error


def check_types(kind: type, values: dict[str, Any], source: str) -> None:
    """Check that values are of the types that settings of their names have; those of another
    version's names may be anything.

    Args:
        kind: the dataclass of the settings.
        values: by the names of the fields, groups as dicts.
        source: the file that they come from, for messages.

    Raises:
        UserError: a value that its setting does not take.
    """
    hints = get_type_hints(kind)
    for name, value in values.items():
        if dataclasses.is_dataclass(hints.get(name)):
            check_types(hints[name], _group(name, value, source), source)
        elif name in hints:
            _checked(name, _with_tuples(value), hints[name], source)


def _group(name: str, value: Any, source: str) -> dict[str, Any]:
    """The value, if it is a group of settings."""
    if not isinstance(value, dict):
        raise UserError(f"{source}: {name} is {value!r:.40}, it has to be a group of settings")
    return value


def subset(kind: type[Settings], settings: Any) -> Settings:
    """The fields of one dataclass, taken from another that has them all."""
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    return kind(**{field.name: getattr(settings, field.name) for field in fields})


def flatten(settings: Any, prefix: str = "") -> dict[str, Any]:
    """Every single value of nested dicts by its dotted name."""
    if not isinstance(settings, dict):
        return {prefix: settings}
    return {
        name: value
        for key, branch in settings.items()
        for name, value in flatten(branch, f"{prefix}.{key}".removeprefix(".")).items()
    }


def _with_tuples(value: Any) -> Any:
    """The lists of a file as tuples."""
    if isinstance(value, dict):
        return {key: _with_tuples(entry) for key, entry in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def _checked(name: str, value: Any, hint: Any, source: str) -> Any:
    """The value, if it is of the type that the field is declared with."""
    try:
        if isinstance(value, bool) and bool not in (hint, *get_args(hint)):
            raise TypeCheckError("true is no number")
        return check_type(value, hint, collection_check_strategy=ALL_ITEMS)
    except TypeCheckError as error:
        kind = get_origin(hint) or hint
        if kind is Literal:
            wanted = f"one of {', '.join(get_args(hint))}"
        elif kind is tuple and get_args(hint)[0] is str:
            wanted = 'a list of words in quotes, as in ["sotu"]'
        elif kind is dict and get_args(hint)[1] is float:
            wanted = "a group of numbers"
        else:
            wanted = KINDS.get(kind, "a whole number, or left out")
        raise UserError(f"{source}: {name} is {value!r}: it must be {wanted}") from error
