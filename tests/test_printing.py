"""What others have written reaches no terminal as control characters, in answers and errors."""

import ast
import json
import unicodedata
from pathlib import Path

import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from tiny import tiny_config

import zen_transformer
from zen_transformer import BertForSequenceClassification, UserError, WordPieceTokenizer
from zen_transformer.commands import main
from zen_transformer.commands.classify import classify
from zen_transformer.commands.console import VisibleConsole
from zen_transformer.printing import one_line, visible

HOSTILE = "\x1b[2J\x1b]0;owned\x07"
PACKAGE = Path(zen_transformer.__file__).parent


def obeyed(text: str) -> set[str]:
    """The characters of a text that a terminal obeys."""
    return {c for c in text if unicodedata.category(c) == "Cc"} - {"\n", "\t"}


@given(st.text())
def test_control_characters_become_visible_and_all_else_stays(text):
    shown = visible(text)
    assert obeyed(shown) == set()
    assert visible(shown) == shown
    assert shown == text or obeyed(text)
    assert "\n" not in one_line(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_means_the_same(text):
    assert json.loads(visible(json.dumps(text, ensure_ascii=False))) == text


def test_whatever_is_printed_is_made_visible():
    """No module calls Python's `print` or makes a console of Rich that shows what is hidden."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        imported = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert "print" not in calls or "zen_transformer.printing.print" in imported, path
        assert "rich.console.Console" not in imported or path.name == "console.py", path


def test_tables_are_made_visible_and_have_no_markup(capsys):
    table = Table("piece")
    table.add_row(f"[link=http://somewhere]{HOSTILE}[/nothing]")
    console = VisibleConsole(200)
    console.print(table)
    console.print(f"[/] {HOSTILE}")
    printed = capsys.readouterr().out
    assert obeyed(printed) == set()
    assert printed.count("\\u001b[2J") == 2 and "[link=http://somewhere]" in printed


@pytest.mark.parametrize("json", [False, True])
def test_labels_and_texts_are_made_visible(tmp_path, capsys, json):
    tokenizer = WordPieceTokenizer.train(["a cat and a dog"], 40)
    names = (f"good{HOSTILE}", f"bad{HOSTILE}")
    config = tiny_config(vocab_size=tokenizer.vocab_size, num_labels=2, label_names=names)
    BertForSequenceClassification(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    classify((f"a cat{HOSTILE}",), tmp_path, json=json)
    printed = capsys.readouterr().out
    assert obeyed(printed) == set()
    assert printed.count("\\u001b[2J") >= 2


def test_an_error_is_one_line_that_a_terminal_shows_as_it_is(monkeypatch, capsys):
    def refuse(arguments: list[str]) -> None:
        raise UserError(f"unknown field {HOSTILE}\nzen-transformer: all is well")

    monkeypatch.setattr(main, "run_command", refuse)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    with pytest.raises(SystemExit):
        main.main()
    said = capsys.readouterr().err
    assert obeyed(said) == set() and said.count("\n") == 1
