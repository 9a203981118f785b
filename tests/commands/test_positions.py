"""A model with fewer positions: the lengths of the training follow, or one line names both."""

import pytest
from in_process import refusal

from zen_transformer.commands.options import given_options, starting_settings
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.causal_lm.settings import GPTSettings
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tasks.seq2seq.settings import Seq2SeqSettings


def start(kind, preset, *options):
    return starting_settings(kind, given_options([*options]), preset, None)


@pytest.mark.parametrize("option", ["--model.n-positions", "--model.n_positions"])
def test_a_gpt_reads_as_many_tokens_at_once(option, capsys):
    settings = start(GPTSettings, "gpt", option, "64")
    assert (settings.model.n_positions, settings.pretraining.length) == (64, 64)
    assert capsys.readouterr().err == "with 64 positions: pretraining.length 64\n"
    assert start(GPTSettings, "gpt", option, "256").pretraining.length == 128
    assert capsys.readouterr().err == ""


def test_stages_of_bert_that_become_the_same_are_one():
    option = "--model.max-position-embeddings=64"
    settings = start(BertSettings, "quickstart", option)
    assert settings.model.max_position_embeddings == 64
    assert settings.pretraining.lengths == (16, 32, 64)
    assert settings.pretraining.shares == pytest.approx((0.06, 0.1, 0.84))
    whole = start(QuickstartSettings, "quickstart", option)
    assert whole.pretraining == settings.pretraining
    assert (whole.finetuning.max_length, whole.tagging.finetuning.max_length) == (64, 64)


def test_both_sides_of_pairs_are_limited():
    settings = start(Seq2SeqSettings, "translation", "--model.max-position-embeddings", "40")
    assert settings.pretraining.lengths == settings.pretraining.target_lengths == (32, 40)


def test_nothing_else_changes():
    for preset in ("gpt", "quickstart", "translation"):
        settings = load_preset(preset)
        assert start(type(settings), preset) == settings


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            "--task causal-lm --model.n-positions 64 --pretraining.length 65",
            "texts of 65 tokens were asked for, the model has 64 positions",
        ),
        (
            "--model.max-position-embeddings 64 --pretraining.lengths 65 --pretraining.shares 1",
            "pairs of 65 tokens were asked for, the model has 64 positions",
        ),
        ("--task causal-lm --model.n-positions x", "'x' is no whole number"),
        ("--task causal-lm --model.n-positions 0", "n_positions is 0: it must be at least 1"),
    ],
)
def test_lengths_that_were_chosen_are_not_changed(options, said):
    assert said in refusal("pretrain", *options.split())
