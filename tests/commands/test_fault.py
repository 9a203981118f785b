"""An exception that nobody foresaw is one line that says whose fault it is."""

import tempfile
from pathlib import Path

import pytest

from zen_transformer.commands import main


def run_main(monkeypatch, capsys, error: Exception) -> str:
    """What the command line says of an exception that is not handled."""

    def fail(arguments: list[str]) -> None:
        raise error

    monkeypatch.setattr(main, "run_command", fail)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    monkeypatch.setattr("sys.argv", ["zen-transformer", "classify", "a cat\x1b[2J"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == main.INTERNAL_ERROR
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "\x1b" not in said
    assert said.startswith("zen-transformer: this is a fault of zen-transformer and not yours")
    return said


@pytest.mark.parametrize(
    "error",
    [
        KeyError("label"),
        RecursionError(),
        ValueError("two\nlines \x1b[2J"),
        ZeroDivisionError("x" * 9),
    ],
)
def test_it_says_where_the_traceback_is(monkeypatch, capsys, tmp_path, error):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = run_main(monkeypatch, capsys, error)
    (path,) = tmp_path.iterdir()
    assert f"({type(error).__name__}" in said and f"its traceback is in {path}" in said
    written = path.read_text("utf-8")
    assert written.startswith("zen-transformer classify 'a cat")
    assert "Traceback (most recent call last)" in written and type(error).__name__ in written


def test_it_says_the_traceback_itself_where_no_file_can_be_written(monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    said = run_main(monkeypatch, capsys, KeyError("label"))
    assert "its traceback is Traceback (most recent call last)" in said


def test_two_faults_are_two_files(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for _ in range(2):
        run_main(monkeypatch, capsys, KeyError("label"))
    assert len(list(Path(tmp_path).iterdir())) == 2
