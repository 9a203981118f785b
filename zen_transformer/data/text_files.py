"""Text files in UTF-8, read line by line: a file may exceed the memory."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from zen_transformer.errors import UserError


def read_lines(path: Path) -> Iterator[str]:
    r"""Yield the lines of a UTF-8 file, each with a newline as its end.

    Lines end with \n, \r\n or \r, and with \r\r\n, which is left where \r\n was written as text on
    Windows. Other separators, such as U+2028 and U+0085, belong to the text.

    Raises:
        UserError: the file is not UTF-8; the message has the first such byte.
    """
    for part in _decoded(path):
        # The match begins at the first of several \r alone: tried at each, it would be quadratic.
        yield from StringIO(re.sub(r"(?<!\r)\r+\n", "\n", part), newline=None)


def read_raw_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a UTF-8 file with the ends that they have there.

    Raises:
        UserError: the file is not UTF-8; the message has the first such byte.
    """
    for part in _decoded(path):
        yield from StringIO(part, newline="")


def _decoded(path: Path) -> Iterator[str]:
    r"""Yield the text of a file without a byte order mark, in parts that end with \n."""
    position = 0
    with path.open("rb") as file:
        _check_first_bytes(path, file.peek())
        for line in file:
            try:
                yield line.decode("utf-8-sig" if position == 0 else "utf-8")
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{path} is not UTF-8: byte {position + error.start} cannot be read; save it "
                    f"as UTF-8, with an editor or by iconv -f ENCODING -t UTF-8 {path.name}, where "
                    "ENCODING is the one it has, such as latin1 or gb18030"
                ) from error
            position += len(line)


def _check_first_bytes(path: Path, start: bytes) -> None:
    """Raise a `UserError` if a file begins as one in UTF-16 or UTF-32 does."""
    encoding = json.detect_encoding(start)  # by its byte order mark, or the zeros of ASCII letters
    if not encoding.startswith("utf-8"):
        iconv_name = re.sub("-(?=[lb]e)", "", encoding).upper()
        raise UserError(
            f"{path} is {iconv_name}, not UTF-8: save it as UTF-8, with an editor or by "
            f"iconv -f {iconv_name} -t UTF-8 {path.name}"
        )
