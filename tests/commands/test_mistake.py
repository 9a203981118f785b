"""`mistake show` and `mistake run` as a person sees them."""

import json
from functools import partial

import pytest
from command_line import run
from tiny_text import write_texts

from zen_transformer.commands.mistake import run_mistake, show_mistake
from zen_transformer.errors import UserError
from zen_transformer.gallery.scale import Scale
from zen_transformer.gallery.table import MISTAKES


@pytest.mark.slow
def test_without_a_name_all_are_listed(capsys):
    show_mistake()
    printed = capsys.readouterr().out
    assert all(name in printed for name in MISTAKES)


@pytest.mark.parametrize("name", ["padding-in-the-softmax", "no-bias-correction"])
def test_a_page_has_everything(name, capsys):
    show_mistake(name)
    printed = capsys.readouterr().out
    for heading in ("What it looks like", "How to notice", "The fix"):
        assert heading in printed
    assert f"def {name.replace('-', '_')}(" in printed
    assert f"def {MISTAKES[name].check_name}(" in printed
    assert f"zen-transformer mistake run {name}" in " ".join(printed.split())
    assert ".png" not in printed


def test_what_only_the_grader_knows_has_its_message(capsys):
    show_mistake("mask-with-minus-infinity")
    printed = capsys.readouterr().out
    assert "in the exercise attention_weights of 03_attention" in printed
    assert "It has no page in the gallery." in printed


@pytest.mark.parametrize("command", [show_mistake, run_mistake])
def test_no_such_mistake(command):
    with pytest.raises(UserError, match=r"no mistake 'nothing' in the gallery: choose "):
        command("nothing")


def test_no_steps():
    with pytest.raises(UserError, match="steps is 0"):
        run_mistake("no-root", steps=0)


@pytest.mark.slow
def test_a_mistake_is_made_measured_and_caught(tmp_path, monkeypatch, capsys):
    write_texts(tmp_path)
    small = partial(Scale, hidden=8, layers=1, heads=2, batch_tokens=128, evaluation_batches=1)
    monkeypatch.setattr("zen_transformer.commands.mistake.Scale", small)
    name, out = "mean-pooling-over-padding", tmp_path / "out"
    result = run_mistake(name, 3, out, str(tmp_path / "texts.txt"))
    printed = capsys.readouterr().out
    assert "in place of layers.pooling: mean_pooling" in printed
    assert "def mean_pooling_over_padding(hidden_states, attention_mask):" in printed
    assert "What gives it away: cosine of" in printed
    assert "The test more_padding_does_not_move_the_mean passes with the right code." in printed
    assert "With the mistake it fails: " in printed
    assert json.loads((out / f"{name}.json").read_text("utf-8")) == result
    assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_wrong_name_on_the_command_line_is_one_line():
    done = run("mistake", "run", "nothing")
    assert done.returncode == 2
    assert done.stderr.startswith("zen-transformer: no mistake 'nothing'")
    assert done.stderr.count("\n") == 1
