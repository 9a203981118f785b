"""Texts that a command is asked about: its arguments, or standard input, a line each."""

import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from zen_transformer.errors import UserError, check_range
from zen_transformer.tokenizers.encoding import Encoding

Answer = TypeVar("Answer")


def answered(
    texts: tuple[str, ...],
    encode: Callable[[str], Encoding],
    answer: Callable[[list[Encoding]], list[Answer]],
    batch_size: int,
) -> Iterator[tuple[str, Answer]]:
    """Every text with its answer, in their order, batch by batch as they come in.

    Raises:
        UserError: no text at all, or one that cannot be answered; for standard input it names
            the line.
    """
    check_range("batch-size", batch_size, 1)
    found = _encoded(texts, encode)
    nothing, mistake = True, None
    while mistake is None:
        part: list[tuple[str, Encoding]] = []
        try:
            part.extend(islice(found, batch_size))
        except UserError as error:  # those before it are answered first
            mistake = error
        if not part:
            break
        nothing = False
        answers = answer([encoding for _, encoding in part])
        yield from zip((text for text, _ in part), answers, strict=True)
    if mistake:
        raise mistake
    if nothing:
        raise UserError("no text: give one in quotes, or lines on standard input")


def _encoded(
    texts: tuple[str, ...], encode: Callable[[str], Encoding]
) -> Iterator[tuple[str, Encoding]]:
    for text in texts:
        yield text, encode(text)
    if texts or sys.stdin is None or sys.stdin.isatty():
        return
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            text = line.decode("utf-8").strip()
            if text:
                yield text, encode(text)
        except UnicodeDecodeError as error:
            raise UserError(
                f"line {number} of standard input is not UTF-8: byte {error.start} cannot be read"
            ) from error
        except UserError as error:
            raise UserError(f"line {number} of standard input: {error}") from error
