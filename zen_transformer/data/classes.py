"""What is said of classes before anything learns them: how they are written, how often each occurs,
and what occurs under several of them."""

from collections.abc import Mapping, Sequence

from zen_transformer.errors import shortened


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
