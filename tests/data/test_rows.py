"""Rows of CSV, TSV, JSON and Parquet: what was written is read, or its line is named."""

import csv
import io
import json
import math
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.data.rows import MISSING, DataRow, read_json_rows, read_rows

COLUMNS = ("text", "label")


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fields(path: Path, columns: tuple[str, ...] = COLUMNS) -> list[list[Any]]:
    return [[row.fields[column] for column in columns] for row in read_rows(path, columns)]


def message(path: Path) -> str:
    """What is said of a file that cannot be read."""
    with pytest.raises(UserError) as error:
        list(read_rows(path, COLUMNS))
    assert "\n" not in str(error.value)
    return str(error.value)


def table(rows: list[tuple[str, ...]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([COLUMNS, *rows])
    return text.getvalue()


# Round trips

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.text("\r\n\t,\" '\ufeff\u2028\x85a")
ROWS = st.lists(st.tuples(TEXTS, TEXTS), max_size=4)


@given(ROWS, st.sampled_from([(".csv", ","), (".tsv", "\t")]))
def test_what_python_writes_as_a_table_is_read(rows, kind):
    suffix, delimiter = kind
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / f"a{suffix}", table(rows, delimiter))
        assert fields(path) == [list(row) for row in rows]


@given(ROWS, st.booleans(), st.booleans())
def test_what_python_writes_as_json_is_read(rows, escaped, array):
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    lines = "\n".join(json.dumps(one, ensure_ascii=escaped) for one in objects)
    content = json.dumps(objects, ensure_ascii=escaped, indent=1) if array else lines
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.json", content)
        assert fields(path) == [list(row) for row in rows]


@given(ROWS)
def test_what_pandas_writes_is_read(rows):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rows, columns=COLUMNS, dtype=str)
    with TemporaryDirectory() as folder:
        # With other line ends Python leaves a lone \r outside of quotation marks.
        frame.to_csv(Path(folder) / "a.csv", index=False, lineterminator="\r\n")
        assert fields(Path(folder) / "a.csv") == [list(row) for row in rows]
        frame.to_json(Path(folder) / "a.jsonl", orient="records", lines=True, force_ascii=False)
        assert fields(Path(folder) / "a.jsonl") == [list(row) for row in rows]


@given(ROWS)
def test_what_pyarrow_writes_is_read(rows):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    schema = pyarrow.schema([(column, pyarrow.string()) for column in COLUMNS])
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        parquet.write_table(pyarrow.Table.from_pylist(objects, schema), path)
        assert fields(path) == [list(row) for row in rows]


# Formats


@pytest.mark.parametrize("suffix", [".csv", ".CSV", ".Csv"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_suffixes_marks_and_line_ends_as_they_come(tmp_path, suffix, mark, end):
    lines = [b"text,label", b'"a, ""b""",p', b"", b"c,q", b""]
    path = write(tmp_path / f"a{suffix}", mark + end.join(lines))
    assert fields(path) == [['a, "b"', "p"], ["c", "q"]]


def test_a_mark_may_stand_before_json(tmp_path):
    path = write(tmp_path / "a.JSONL", b'\xef\xbb\xbf{"text": "a", "label": 1}\r\n\r\n')
    assert fields(path) == [["a", 1]]


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".ndjson"])
def test_the_content_says_whether_json_is_lines_or_an_array(tmp_path, suffix):
    objects = [{"text": "a", "label": 1}, {"text": "b", "label": 2}]
    lines = write(tmp_path / f"lines{suffix}", "\n".join(map(json.dumps, objects)))
    array = write(tmp_path / f"array{suffix}", "\n" + json.dumps(objects, indent=2))
    assert fields(lines) == fields(array) == [["a", 1], ["b", 2]]


def test_a_place_is_the_first_line_of_a_row(tmp_path):
    path = write(tmp_path / "a.csv", 'text,label\n"a\nb",p\n\nc,q\n')
    assert [row.place for row in read_rows(path, COLUMNS)] == [f"{path}, line 2", f"{path}, line 5"]


def test_json_of_any_suffix(tmp_path):
    path = write(tmp_path / "a", '{"text": "a"}')
    assert [row.fields for row in read_json_rows(path, ("text",))] == [{"text": "a"}]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "a.csv",
            "text,label\nhello, world,p\n",
            "a.csv, line 2: the number of fields is 3, the first line names 2",
        ),
        ("a.csv", "text,label\na,p\nb\n", "a.csv, line 3: the number of fields is 1, the first"),
        ("a.csv", 'text,label\na,p\n"b" c,p\n', "a.csv, line 3: ',' expected after '\"'"),
        ("a.csv", 'text,label\na,p\n"b,p\nc,p\n', "a.csv, line 3: unexpected end of data"),
        ("a.csv", "text;label\na;p\n", "line 1: no column 'text', only 'text;label'"),
        ("a.csv", "text, label\na,p\n", "line 1: no column 'label', only 'text', ' label'"),
        (
            "a.csv",
            "text,label,text\na,p,b\n",
            "line 1: a column occurs twice among ['text', 'label', 'text']",
        ),
        ("a.csv", "", "line 1: no column 'text', only an empty line"),
        ("a.tsv", "text\tlabel\na\tb\tp\n", "a.tsv, line 2: the number of fields is 3"),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text":\n', "line 2: not readable JSON"),
        (
            "a.jsonl",
            '{"text": "a", "text": "b"}',
            "line 1: .*a name occurs twice among ['text', 'text']",
        ),
        ("a.jsonl", '{"text": "a"}', "line 1: no column 'label', only 'text'"),
        ("a.jsonl", "7", "line 1: 7 is no object"),
        ("a.jsonl", "[" * 100_000, "line 1: not readable JSON .maximum recursion"),
        ("a.jsonl", '{"a":' * 100_000, "line 1: not readable JSON .maximum recursion"),
        ("a.json", '[{"text": "a", "label": 1},\n 3]', "a.json, row 2: 3 is no object"),
        ("a.json", '[{"text": "a", "label": 1},\n {]', "a.json, line 2: not readable JSON"),
        ("a.csv", "text,label\na,p\n".encode("utf-16"), "a.csv is UTF-16.*iconv -f UTF-16 "),
        ("a.parquet", "text,label", "a.parquet is no readable Parquet file: "),
        ("a.xlsx", "", "a.xlsx ends in '.xlsx', rows are read from .csv, .tsv, .jsonl"),
        ("a", "", "a ends in '', rows are read from"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, content, says):
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    before, _, after = says.partition(".*")
    said = message(write(tmp_path / name, content)).replace("(", ".")
    assert before in said and after in said


def test_parquet_needs_its_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "a.parquet is read by pyarrow: pip install pyarrow" in message(
        write(tmp_path / "a.parquet", b"PAR1")
    )


# Fields


@pytest.mark.parametrize(
    ("value", "name"),
    [("p", "p"), (" p", " p"), (1, "1"), (1.0, "1.0"), (True, "True"), ("none", "none")],
)
def test_a_label_is_what_it_is(value, name):
    assert DataRow("a.jsonl, line 3", {"label": value}).label("label") == name


@pytest.mark.parametrize(
    "value", [None, math.nan, math.inf, [], ["p"], {}, {"p": 1}, "", " \t", *sorted(MISSING)]
)
def test_what_is_no_label_is_named_with_its_line(value):
    with pytest.raises(UserError) as error:
        DataRow("a.jsonl, line 3", {"label": value}).label("label")
    assert f"a.jsonl, line 3: label is {value!r:.40}: it must be a word or a number" in str(
        error.value
    )


def test_labels_that_pandas_misses_are_no_labels(tmp_path):
    pandas = pytest.importorskip("pandas")
    path = write(tmp_path / "a.csv", table([("a", label) for label in sorted(MISSING)], ","))
    assert pandas.read_csv(path)["label"].isna().all()


@pytest.mark.parametrize("value", [None, 7, ["a"], math.nan])
def test_what_is_no_text_is_named_with_its_line(value):
    with pytest.raises(UserError, match=r"a.jsonl, line 3: text is .*: it must be a text"):
        DataRow("a.jsonl, line 3", {"text": value}).text("text")


def test_an_empty_text_is_one_unless_forbidden():
    row = DataRow("a.csv, line 3", {"text": " "})
    assert row.text("text") == " "
    with pytest.raises(UserError, match=r"a.csv, line 3: text is ' ': write a text"):
        row.text("text", nonempty=True)


@pytest.mark.parametrize("column", COLUMNS)
def test_half_of_a_surrogate_pair_is_named_with_its_line(tmp_path, column):
    path = write(tmp_path / "a.jsonl", '{"text": "a\\ud83d", "label": "\\ude00p"}')
    (row,) = read_rows(path, COLUMNS)
    says = f"a.jsonl, line 1, column '{column}': the text holds half of a surrogate pair"
    with pytest.raises(UserError, match=says) as error:
        row.text("text") if column == "text" else row.label("label")
    str(error.value).encode()  # can be printed


def test_a_whole_surrogate_pair_is_a_character(tmp_path):
    path = write(tmp_path / "a.jsonl", r'{"text": "\ud83d\ude00", "label": 1}')
    assert fields(path) == [["😀", 1]]
