"""`textbook` as a person sees it."""

import re

import numpy as np
import pytest
from command_line import run
from tiny_text import write_texts

from zen_transformer.commands.textbook import prepare, textbook, train_in_numpy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("textbook")
    write_texts(folder)
    return str(folder / "texts.txt")


def test_it_learns_and_jax_learns_the_same(text):
    one_thread = {"OPENBLAS_NUM_THREADS": "1"}
    arguments = "textbook", "--corpus", text, "--steps", "100", "--beside-jax"
    done = run(*arguments, env=one_thread, fresh=True)
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^ +(\d+) +(\S+) +(\S+) +(\S+)$", done.stdout, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [*range(5, 101, 5)]
    for _, loss, words, pairs in rows:
        assert float(loss) == pytest.approx(float(words) + float(pairs), abs=2e-3)
    losses = re.search(r"(\S+) at first, (\S+) at last; .* alone (\S+)", done.stdout)
    first, last, unigram = map(float, losses.groups())
    assert last < unigram < first
    apart = re.search(r"of the losses: (\S+) in the first 100 steps", done.stdout)
    assert float(apart[1]) <= 1e-9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--steps", "0"), "steps is 0: it must be at least 1"),
        (("--seed", "-1"), "seed is -1: it must be at least 0"),
        (("--corpus", "nowhere.txt"), "nowhere.txt"),
    ],
)
def test_a_mistake_is_one_line(arguments, message):
    done = run("textbook", *arguments)
    assert done.returncode == 2
    assert message in done.stderr and done.stderr.count("\n") == 1


def test_the_same_seed_gives_the_same_losses(text):
    def losses(seed: int) -> list[float]:
        return [losses["loss"] for _, losses in train_in_numpy(prepare([text], 3, seed))]

    assert losses(0) == losses(0)
    assert losses(0) != losses(1)


def test_only_the_beginning_of_a_corpus_is_read(text, monkeypatch, capsys):
    monkeypatch.setattr("zen_transformer.commands.textbook.CHARACTERS", 100)
    prepare([text], 1, 0)
    assert capsys.readouterr().out.startswith("2 documents, ")


def test_the_result_has_the_figures(text, capsys):
    result = textbook((text,), steps=2, beside_jax=True)
    assert result.largest_difference <= result.largest_of_all <= 1e-9
    assert np.log(20) > result.unigram_loss > 1
    assert result.seconds > 0
    assert "in all 2" in capsys.readouterr().out
