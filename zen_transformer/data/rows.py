"""Rows of data with named columns, of whatever format.

    .csv .tsv            fields between commas or tabs, in quotation marks where they hold those or
                         line ends (RFC 4180); the first line names the columns
    .json .jsonl .ndjson an object in each line, or an array of objects
    .parquet             a table of Apache Arrow, read by pyarrow

Every row knows where it stands, and its errors say so.
"""

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from zen_transformer.data.text_files import read_lines, read_raw_lines
from zen_transformer.errors import UserError, check_characters, shortened

MISSING = frozenset({"nan", "NaN", "null", "NULL", "None", "NA", "N/A", "n/a", "<NA>"})
"""Labels that pandas, and so HuggingFace's datasets, read from a CSV file as missing."""


class DataRow(NamedTuple):
    """The fields of a row by their columns, and the place where it stands, for errors."""

    place: str
    fields: dict[str, Any]

    def text(self, column: str, nonempty: bool = False) -> str:
        """Return a field that is a text.

        Raises:
            UserError: it is none, holds half of a surrogate pair, which is no character, or is
                empty where `nonempty` forbids that.
        """
        value = self.fields[column]
        if not isinstance(value, str):
            raise self.error(column, "it must be a text")
        if nonempty and not value.strip():
            raise self.error(column, "write a text, or remove the row")
        try:
            check_characters(value)
        except UserError as error:
            raise UserError(f"{self.place}, column {column!r}: {error}") from error
        return value

    def label(self, column: str) -> str:
        """Return a field that names a class. A number is its own name: 1 is "1", 1.0 is "1.0".

        Raises:
            UserError: it is missing, empty, or neither a text nor a number.
        """
        value = self.fields[column]
        if isinstance(value, str) and value.strip() and value not in MISSING:
            return self.text(column)
        if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
            return str(value)
        raise self.error(
            column,
            "it must be a word or a number that names a class (NA, NaN, None and null name none): "
            "change it, or remove the row",
        )

    def error(self, column: str, remedy: str) -> UserError:
        """Return the error of a field, with its value."""
        return UserError(f"{self.place}: {column} is {self.fields[column]!r:.40}: {remedy}")


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[DataRow]:
    """Yield the rows of a file. Blank lines are no rows.

    Args:
        path: of the file; its suffix, in any case, says its format.
        columns: those that every row needs. There may be others.

    Raises:
        UserError: a format that is not read, a damaged file, or a row that lacks a column; the
            message names the line.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(
            f"{path} ends in {path.suffix!r}, rows are read from {', '.join(READERS)}: rename it, "
            "or save it as one of those"
        )
    return reader(path, columns)


def check_columns(place: object, columns: Sequence[str], present: Sequence[str]) -> None:
    """Check that all columns are present.

    Raises:
        UserError: names the place, the first column that is missing, and those that are present.
    """
    for column in columns:
        if column not in present:
            only = shortened(", ".join(map(repr, present)) or "an empty line")
            raise UserError(
                f"{place}: no column {column!r}, only {only}: the columns have to be called "
                f"{' and '.join(columns)}"
            )


def read_json_rows(path: Path, columns: Sequence[str]) -> Iterator[DataRow]:
    """Yield the objects of a file of JSON lines, or of one that is an array; as `read_rows` does.

    Raises:
        UserError: a line is no readable JSON, a row is no object, or lacks a column.
    """
    first = next((line for line in read_lines(path) if line.strip()), "")
    values = _json_array(path) if first.lstrip().startswith("[") else _json_lines(path)
    for place, value in values:
        if not isinstance(value, dict):
            raise UserError(f"{place}: {value!r:.40} is no object: {OBJECTS}")
        check_columns(place, columns, list(value))
        yield DataRow(place, value)


OBJECTS = 'every row has to be an object such as {"text": "…"}'


def _json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            yield f"{path}, line {number}", _parse_json(line.strip(), path, number)


def _json_array(path: Path) -> Iterator[tuple[str, Any]]:
    for number, value in enumerate(_parse_json("".join(read_lines(path)), path), start=1):
        yield f"{path}, row {number}", value


def _parse_json(text: str, path: Path, line: int = 1) -> Any:
    """Parse a text that begins at a line of a file."""
    try:
        return json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        line += getattr(error, "lineno", 1) - 1
        reason = getattr(error, "msg", error)
        raise UserError(f"{path}, line {line}: not readable JSON ({reason}): {OBJECTS}") from error


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its names and values, of which JSON would keep the last of each name."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = shortened(repr([name for name, _ in pairs]))
        raise ValueError(f"a name occurs twice among {names}")
    return fields


def _table(path: Path, columns: Sequence[str], delimiter: str) -> Iterator[DataRow]:
    """Yield the rows between commas or tabs."""
    records = _records(path, delimiter)
    place, names = next(records, (f"{path}, line 1", []))
    check_columns(place, columns, names)
    if len(set(names)) < len(names):
        raise UserError(f"{place}: a column occurs twice among {shortened(repr(names))}: rename it")
    for place, record in records:
        if len(record) != len(names):
            raise UserError(
                f"{place}: the number of fields is {len(record)}, the first line names "
                f"{len(names)}: put a text that holds {delimiter!r} into quotation marks"
            )
        yield DataRow(place, dict(zip(names, record, strict=True)))


def _records(path: Path, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields of each record with the place of its first line."""
    csv.field_size_limit(2**30)  # Python's limit is below the length of many documents
    reader = csv.reader(read_raw_lines(path), delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            if record:
                yield f"{path}, line {start}", record
            start = reader.line_num + 1
    except csv.Error as error:
        raise UserError(
            f"{path}, line {start}: {error}: a field that begins with a quotation mark has to end "
            "with one, and those inside it have to be doubled"
        ) from error


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[DataRow]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise UserError(f"{path} is read by pyarrow: pip install pyarrow") from error
    try:
        with parquet.ParquetFile(path) as file:
            check_columns(path, columns, file.schema_arrow.names)
            batches = file.iter_batches(columns=list(columns))
            rows = (fields for batch in batches for fields in batch.to_pylist())
            for number, fields in enumerate(rows, start=1):
                yield DataRow(f"{path}, row {number}", fields)
    except (ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} is no readable Parquet file: {reason}: save it again") from error


READERS: dict[str, Callable[[Path, Sequence[str]], Iterator[DataRow]]] = {
    ".csv": partial(_table, delimiter=","),
    ".tsv": partial(_table, delimiter="\t"),
    ".jsonl": read_json_rows,
    ".ndjson": read_json_rows,
    ".json": read_json_rows,
    ".parquet": _parquet,
}
"""The formats by their suffixes."""
