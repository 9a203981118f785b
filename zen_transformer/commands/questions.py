"""Answers to the texts on a command line, or to those on standard input, a line each."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from zen_transformer.commands.standard_input import given_texts
from zen_transformer.errors import UserError, check_range

Answer = TypeVar("Answer")
Encoded = TypeVar("Encoded")


def answer_texts(
    texts: tuple[str, ...],
    encode: Callable[[str], Encoded],
    answer: Callable[[list[Encoded]], list[Answer]],
    batch_size: int,
) -> Iterator[tuple[str, Answer]]:
    """Yield every text with its answer, in order, batch by batch as the texts come in.

    Args:
        texts: the texts; `-` stands for the lines of standard input, and so does nothing.
        encode: tokenizes one text.
        answer: computes the answers of a batch.
        batch_size: number of texts computed together.

    Raises:
        UserError: no text at all, or one that cannot be answered; for standard input the message
            names the line.
    """
    check_range("batch-size", batch_size, 1)
    encoded = _encode_all(texts, encode)
    empty, mistake = True, None
    while mistake is None:
        batch: list[tuple[str, Encoded]] = []
        try:
            batch.extend(islice(encoded, batch_size))
        except UserError as error:  # the texts before it are answered first
            mistake = error
        if not batch:
            break
        empty = False
        answers = answer([encoding for _, encoding in batch])
        yield from zip((text for text, _ in batch), answers, strict=True)
    if mistake:
        raise mistake
    if empty:
        raise UserError("no text: give one in quotes, or lines on standard input")


def _encode_all(
    texts: tuple[str, ...], encode: Callable[[str], Encoded]
) -> Iterator[tuple[str, Encoded]]:
    for given in given_texts(texts):
        try:
            encoded = encode(given.text)
        except UserError as error:
            raise given.error(error) from error
        yield given.text, encoded
