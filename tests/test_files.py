"""Writing files and folders: all or nothing, and never through a link that lies ready."""

import ast
import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zen_transformer
from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.files import atomic_folder, atomic_write, remove_leftovers, write_text


def disk_that_is_full(after: int):
    """An `os.fsync` that finds no room from one call on."""
    calls = iter(range(1000))

    def refuse(descriptor: int) -> None:
        if next(calls) >= after:
            raise OSError(errno.ENOSPC, "No space left on device")

    return refuse


def test_what_is_written_goes_through_no_link(tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("precious")
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("report.html", "report.html.tmp"):
        (folder / name).symlink_to(mine)
    write_text(folder / "report.html", "a report")
    assert mine.read_text() == "precious"
    assert (folder / "report.html").read_text() == "a report"
    assert not (folder / "report.html").is_symlink()


def test_the_name_that_is_written_to_first_cannot_be_foreseen(tmp_path):
    names = set()
    for _ in range(3):
        with atomic_write(tmp_path / "file") as temporary:
            names.add(temporary.name)
            with pytest.raises(FileExistsError):
                temporary.touch(exist_ok=False)
    assert len(names) == 3


APPENDED = {"runs/folder.py", "data/preferences.py"}
"""Files that grow line by line: the metrics, which a run writes anew when it goes on, and choices,
which a person names."""
STANDS_ALONE = {"grading/values.py", "data/pipes.py"}
"""The one is handed out to students as it is, and what it writes lies in a folder that is written
aside; the other writes into a temporary folder of its own."""


def opened_for_writing(call: ast.Call) -> bool:
    """Whether a call opens or writes a file that is not the temporary one of `atomic_write`."""
    if not isinstance(call.func, ast.Attribute) or ast.unparse(call.func.value) == "temporary":
        return False
    modes = [arg.value for arg in call.args[:1] if isinstance(arg, ast.Constant)]
    writes = any(isinstance(mode, str) and set(mode) & set("wax+") for mode in modes)
    return call.func.attr in ("write_text", "write_bytes") or (call.func.attr == "open" and writes)


def test_every_writer_goes_aside_first():
    package = Path(zen_transformer.__file__).parent
    writers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and opened_for_writing(node)
    }
    assert writers <= APPENDED | STANDS_ALONE


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_read_back_as_it_was_written(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("text") / "file"
    write_text(path, text)
    assert path.read_bytes().decode() == text.replace("\n", os.linesep)
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
    with pytest.raises(UserError, match="out/b: "), atomic_folder(tmp_path / "out") as folder:
        write_text(folder / "a", "one")
        raise UserError(f"cannot write {folder / 'b'}: no room")
    assert list(tmp_path.iterdir()) == []
    with atomic_folder(tmp_path / "out") as folder:
        write_text(folder / "a", "one")
        assert not (tmp_path / "out").exists()
    with atomic_folder(tmp_path / "out") as folder:
        write_text(folder / "b", "two")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "out"]


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_no_half_a_tokenizer(tmp_path, monkeypatch, there, after):
    folder = tmp_path / "model"
    if there:
        WordPieceTokenizer.train(["an old cat"], 20).save_pretrained(folder)
    old = {path.name: path.read_bytes() for path in folder.glob("*")}
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", disk_that_is_full(after))
        says = r"cannot write .*model/\w+\.\w+: No space left"
        with pytest.raises(UserError, match=says):
            WordPieceTokenizer.train(["a new dog"], 20).save_pretrained(folder)
    assert folder.exists() == there
    assert {path.name: path.read_bytes() for path in folder.glob("*")} == old
    assert there or list(tmp_path.iterdir()) == []


def test_a_folder_is_written_into_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tokenizer = WordPieceTokenizer.train(["a cat"], 20)
    tokenizer.save_pretrained(".")
    assert WordPieceTokenizer.from_pretrained(".").vocabulary == tokenizer.vocabulary


def test_what_a_killed_process_has_left_is_removed(tmp_path):
    (tmp_path / "notes.tmp").touch()
    (tmp_path / "model.0123456789abcdef.tmp").mkdir()
    (tmp_path / "model.0123456789abcdef.tmp" / "a").touch()
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "index.json.0123456789abcdef.tmp").touch()
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.tmp", "tokens"]
    assert list((tmp_path / "tokens").iterdir()) == []
