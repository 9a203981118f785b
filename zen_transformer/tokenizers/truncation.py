"""A text, or a pair of texts, is cut short.  HuggingFace's `truncation`, by the same names.

Of a and b pieces, where there is room for r < a + b, are kept:

    only_first         r − b and b
    only_second        a and r − a
    longest_first      s of the shorter one and r − s of the other, s = min(a, b, ⌊r/2⌋):
                       the longer one gives way until both are equal, then they take turns
    do_not_truncate    a and b, which is an error
"""

from zen_transformer.errors import UserError

STRATEGIES = ("longest_first", "only_first", "only_second", "do_not_truncate")


def strategy_of(truncation: str | bool) -> str:
    """The name of a strategy; True is "longest_first".

    Raises:
        UserError: no such strategy.
    """
    if isinstance(truncation, bool):
        return "longest_first" if truncation else "do_not_truncate"
    if truncation not in STRATEGIES:
        raise UserError(
            f"truncation is {truncation!r}: choose one of {', '.join(STRATEGIES)}, or True or False"
        )
    return truncation


def length_limit(
    max_length: int | None, truncation: str | bool, model_max_length: int | None
) -> int | None:
    """The most tokens allowed: `max_length`, or if that is not given and something may be cut, as
    many as the model can read.

    Raises:
        UserError: no such truncation, or one without a length.
    """
    if max_length is not None or strategy_of(truncation) == "do_not_truncate":
        return max_length
    if model_max_length is None:
        raise UserError(
            f"truncation is {truncation!r}, but to how many tokens is not said: pass "
            "max_length, for example as many as the model has positions"
        )
    return model_max_length


def kept(a: int, b: int, room: int, strategy: str) -> tuple[int, int]:
    """How many of a and b pieces are kept; more than there is room for, where nothing else may
    be cut."""
    surplus = a + b - room
    if surplus <= 0:
        return a, b
    match strategy:
        case "only_first":
            return max(a - surplus, 0), b
        case "only_second":
            return a, max(b - surplus, 0)
        case "longest_first":
            room = max(room, 0)
            shorter = min(a, b, room // 2)
            return (shorter, room - shorter) if a <= b else (room - shorter, shorter)
    return a, b


def truncated_lengths(
    a: int, b: int, added: int, max_length: int, strategy: str
) -> tuple[int, int]:
    """How many of a and b pieces are kept where `added` other tokens stand beside them.

    Raises:
        UserError: that are still more than `max_length`.
    """
    left, right = kept(a, b, max_length - added, strategy)
    fewest = left + right + added
    if fewest <= max_length:
        return left, right
    message = f"input has {a + b + added} tokens, max_length is {max_length}: "
    if strategy == "do_not_truncate":
        raise UserError(message + "shorten it, or pass truncation=True")
    others = ", or truncation='longest_first'" if max_length >= added else ""
    raise UserError(
        f"{message}truncation={strategy!r} leaves at least {fewest} of them, so pass "
        f"max_length={fewest} or more{others}"
    )
