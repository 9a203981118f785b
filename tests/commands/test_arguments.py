"""Reading a command line: what is empty is not the current folder."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from in_process import refusal, run_here

from zen_transformer import UserError
from zen_transformer.commands.arguments import read_arguments
from zen_transformer.commands.main import run_command


@dataclass(frozen=True)
class Options:
    """What is read."""

    output: Path | None = None
    more: tuple[Path, ...] = ()
    text: str = "a"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--output", ""], "--output"),
        (["--output="], "--output"),
        (["--more", "a", ""], "a path"),
    ],
)
def test_an_empty_path_is_refused(arguments, name):
    with pytest.raises(UserError, match=f"{name} is empty: name a file or a folder"):
        read_arguments(Options, arguments)


def test_other_paths_and_an_empty_text_are_read():
    arguments = ["--output", ".", "--more", "a/b", "c", "--text", ""]
    assert read_arguments(Options, arguments) == Options(Path(), (Path("a/b"), Path("c")), "")


@pytest.mark.parametrize(
    "command",
    [
        "pretrain --overwrite --output",
        "finetune --model m --overwrite --output",
        "quickstart --runs",
        "tokenizer train --overwrite --output",
        "export runs/quickstart --output",
        "report",
    ],
)
def test_no_command_takes_an_empty_path_for_the_current_folder(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stages.json").write_text("{}")
    with pytest.raises(UserError, match="is empty: name a file or a folder"):
        run_command([*command.split(), ""])
    assert [path.name for path in tmp_path.iterdir()] == ["stages.json"]


@pytest.mark.parametrize(
    ("line", "shows"),
    [
        ("generate --model --help", "generate"),
        ("generate --beams x -h --nonsense", "generate"),
        ("--help generate", "generate"),
        ("tokenizer --help train", "tokenizer train"),
        ("pretrain --preset nowhere --help", "pretrain"),
        ("pretrain --task nothing --help", "pretrain"),
        ("fill-mask --top-k --help", "fill-mask"),
    ],
)
def test_help_is_shown_wherever_it_stands(line, shows):
    ended = run_here(*line.split())
    assert ended.code == 0 and not ended.stderr
    assert ended.stdout.startswith(f"usage: zen-transformer {shows} [-h]")


def test_help_behind_two_dashes_is_text():
    assert "no such folder" in refusal("fill-mask", "--model", "nowhere", "--", "--help")
    assert "did you mean pretrain?" in refusal("pretrian", "--help")
