"""How a text, or a pair of texts, is shortened.  HuggingFace's `truncation`, by the same names.

Of a and b pieces, where there is room for r < a + b, these remain:

    only_first         r − b and b
    only_second        a and r − a
    longest_first      s of the shorter one and r − s of the other, s = min(a, b, ⌊r/2⌋):
                       the longer one is shortened until both are equal, then both in turn
    do_not_truncate    a and b, which is an error
"""

from zen_transformer.errors import UserError

STRATEGIES = ("longest_first", "only_first", "only_second", "do_not_truncate")


def truncation_strategy(truncation: str | bool) -> str:
    """Return the name of a strategy; True is "longest_first", False is "do_not_truncate".

    Raises:
        UserError: an unknown strategy.
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
    """Return the maximum number of tokens: `max_length`, or if it is not given and `truncation`
    needs one, `model_max_length`.

    Raises:
        UserError: an unknown truncation, or one without a length.
    """
    if max_length is not None or truncation_strategy(truncation) == "do_not_truncate":
        return max_length
    if model_max_length is None:
        raise UserError(
            f"truncation is {truncation!r}, but to how many tokens is not said: pass "
            "max_length, for example as many as the model has positions"
        )
    return model_max_length


def remaining_lengths(a: int, b: int, room: int, strategy: str) -> tuple[int, int]:
    """Return how many of a and b pieces remain by the table above.

    The strategies that shorten one text may leave more than `room` pieces.
    """
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
    """Return how many of a and b pieces remain beside `added` tokens that are not shortened.

    Raises:
        UserError: the tokens would still be more than `max_length`.
    """
    left, right = remaining_lengths(a, b, max_length - added, strategy)
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
