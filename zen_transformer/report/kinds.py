"""What the values in a run's files have to be, by the names under which they are read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zen_transformer.errors import UserError, shortened

Kind = tuple[type | tuple[type, ...], str]
NUMBER: Kind = ((int, float), "a number")
WANTED: dict[str, Kind] = {
    **dict.fromkeys(
        "cpu_cores deviation digits learning_rate mean mistakes_in_all mistakes_of "
        "parameters perplexity pretraining_seconds probability seconds std step steps tflop "
        "tokens_per_second training_seconds tuning_tflop value".split(),
        NUMBER,
    ),
    **dict.fromkeys(
        "answer label name piece predicted subset text title unit".split(), (str, "a text")
    ),
    **dict.fromkeys(
        "baselines classify fill_mask finetune_curve metrics mistakes pairs points references "
        "seeds".split(),
        (list, "a list"),
    ),
    "examples": ((int, float, list), "a number, or texts"),
    **dict.fromkeys("by_corpus curves finetune machine stages".split(), (dict, "a group")),
}
"""What stands under a name, wherever in a file that is."""
MAY_BE_NULL = ("deviation", "learning_rate", "tokens_per_second", "tflop")
ENDS_OF_NUMBERS = ("_loss", "_accuracy")


def check_kinds(fields: dict[str, Any], path: Path) -> None:
    """Check that numbers, texts, lists and groups stand where they are read as such.

    Args:
        fields: the content of the file, or of a line of it.
        path: of the file, for the message.

    Raises:
        UserError: names the file, the field and its value.
    """
    for place, name, value in _values(fields, ""):
        wanted = NUMBER if name.endswith(ENDS_OF_NUMBERS) else WANTED.get(name)
        if wanted and not (value is None and name in MAY_BE_NULL):
            check_kind(place, value, wanted, path)


def check_kind(place: str, value: Any, wanted: Kind, path: Path) -> None:
    """Check that a value is of a kind.

    Raises:
        UserError: names the file, the field and its value.
    """
    kinds, words = wanted
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise UserError(
            f"{path}: {place} is {shortened(repr(value), 40)}, where a run writes {words}: bring "
            "back what was there, or run its command again with --overwrite"
        )


def _values(value: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    """Every value below one: its place as a dotted name, its own name, and itself."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{place}.{name}".lstrip("."), name, inner
            yield from _values(inner, f"{place}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _values(inner, f"{place}[{number}]")
