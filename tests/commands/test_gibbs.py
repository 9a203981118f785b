"""BERT writes on the command line: what is printed and drawn, and what cannot be."""

from pathlib import Path

import numpy as np
import pytest
from command_line import run
from flax import nnx
from tiny import build

from zen_transformer import (
    BertForMaskedLM,
    ByteLevelBPETokenizer,
    GPTConfig,
    GPTForCausalLM,
    UserError,
    WordPieceTokenizer,
)
from zen_transformer.commands.gibbs import BOLD_UNDERLINED, PLAIN, gibbs, marked
from zen_transformer.generation.art.pictures import Shot, film
from zen_transformer.generation.gibbs import GibbsConfig

TEXTS = ["the cat sat on the mat .", "a dog ran to the house ."]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    tokenizer = WordPieceTokenizer.train(TEXTS, vocab_size=60)
    network = build(BertForMaskedLM, vocab_size=tokenizer.vocab_size, num_hidden_layers=1)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_prints_every_sweep_and_draws_them(model, tmp_path, capsys):
    text = gibbs(
        "the [MASK] sat on [MASK] .", model, sampling=GibbsConfig(sweeps=3), output=tmp_path / "art"
    )
    *sweeps, drawn = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in sweeps] == ["1", "2", "3"]
    assert all(float(line.split()[1]) < 0 for line in sweeps)
    assert all(" sat on" in line for line in sweeps)
    assert "[" in sweeps[0]
    assert text.startswith("the")
    assert " sat on" in text
    assert drawn.endswith("film.svg, film.png")
    first = {path.name: path.read_bytes() for path in (tmp_path / "art").iterdir()}
    assert sorted(first) == ["film.png", "film.svg"]
    assert (
        gibbs(
            "the [MASK] sat on [MASK] .",
            model,
            sampling=GibbsConfig(sweeps=3),
            output=tmp_path / "art",
        )
        == text
    )
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "art").iterdir()}


def test_another_seed_writes_another_text_and_whole_words_are_words(model):
    first, second = (
        gibbs(length=6, model=model, sampling=GibbsConfig(sweeps=2, seed=seed, whole_words=True))
        for seed in (1, 2)
    )
    assert first != second
    assert len(first.split()) == len(second.split()) == 6


def test_what_has_changed_is_marked():
    pieces, changed = ["a", "dog", "##s", "ran"], [False, True, True, False]
    assert marked(pieces, changed, terminal=False) == "a [dog][s] ran"
    assert marked(pieces, changed, terminal=True) == (
        f"a {BOLD_UNDERLINED}dog{PLAIN}{BOLD_UNDERLINED}s{PLAIN} ran"
    )


def test_a_film_has_a_frame_for_each_sweep():
    surprise, nothing = np.array([np.nan, 2.0, 0.5]), np.array([False, False, False])
    shots = [
        Shot(["a", "$dog$", "##s"], surprise, np.array([False, True, True])),
        Shot(["a", "$dog$", "##s"], surprise, nothing),
    ]
    axes = film(shots).axes[0]
    assert [text.get_text() for text in axes.texts] == [
        *["1", "a", "$dog$", "-s"],
        *["2", "a", "$dog$", "-s"],
    ]
    film([Shot(["a"], np.array([np.nan]), np.array([False]))])  # nothing was drawn


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": ""}, "give either a text"),
        ({"text": "the [MASK]", "length": 3}, "give either a text"),
        ({"text": "the cat"}, "no \\[MASK\\] in 'the cat'"),
        ({"text": "[MASK] " * 15}, "input has 17 tokens, the model has 16 positions"),
        ({"length": 15}, "length is 15: it must be from 1 to 14"),
        ({"length": 0}, "length is 0"),
    ],
)
def test_what_cannot_be_written_is_named(model, options, said):
    with pytest.raises(UserError, match=said):
        gibbs(**{"model": model} | options)


@pytest.mark.parametrize("name", ["sweeps", "temperature", "top_k"])
def test_settings_that_cannot_be_meant_are_named(name):
    with pytest.raises(UserError, match=f"{name} is 0"):
        GibbsConfig(**{name: 0})


def test_a_gpt_cannot(tmp_path):
    tokenizer = ByteLevelBPETokenizer.train(TEXTS, vocab_size=270)
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, n_positions=16, n_embd=8, n_layer=1, n_head=2
    )
    GPTForCausalLM(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="holds a GPT, with which `generate` continues"):
        gibbs(length=3, model=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["the cat"], "no [MASK]"),
        (["--length", "3", "--temperature", "0"], "temperature is 0"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(model, options, said):
    done = run("gibbs", *options, "--model", model)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
