"""What is said of classes before anything learns them: how they are written, how often each occurs,
and what occurs under several of them."""

from collections.abc import Iterable, Mapping, Sequence

from zen_transformer.errors import UserError, shortened


def describe_classes(
    kind: str, counts: Mapping[str, int], contradictions: Mapping[str, Sequence[str]]
) -> str:
    """Return one line about the classes and, where there are contradictions, one about these.

    Args:
        kind: what the classes are called, such as "labels".
        counts: how often each class occurs, by its name. Quotation marks around the names show
            their spaces; 1 and 1.0 are two names.
        contradictions: texts that occur with several of them, of which the first counts, and these.
    """
    classes = ", ".join(f"{name!r} ({count:,})" for name, count in counts.items())
    lines = [f"{len(counts)} {kind}: {shortened(classes, 400)}"]
    if contradictions:
        text, several = next(iter(contradictions.items()))
        lines.append(
            f"texts with several {kind}, of which the first count: {len(contradictions):,}, such "
            f"as {shortened(text)!r} with {shortened(', '.join(map(repr, several)))}"
        )
    return "\n".join(lines)


def numbers_of_labels(place: str, labels: Iterable[str], names: Sequence[str]) -> list[int]:
    """Return the numbers of labels by a model's names of them.

    Args:
        place: where the labels stand, for the error.
        labels: as they are written.
        names: by their numbers.

    Raises:
        UserError: the model does not know a label.
    """
    numbers = {name: number for number, name in enumerate(names)}
    labels = list(labels)
    for label in labels:
        if label not in numbers:
            known = shortened(", ".join(map(repr, names)), 400) or "none by a name"
            raise UserError(
                f"{place}: the model has no label {label!r}, it knows {known}: change the labels, "
                "or name another model"
            )
    return [numbers[label] for label in labels]
