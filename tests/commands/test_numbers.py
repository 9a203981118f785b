"""Whole numbers and sizes that no machine can have: one rule for all options, and one line."""

import pytest
from in_process import refusal, run_here

from zen_transformer import BertConfig, UserError
from zen_transformer.errors import LARGEST, check_range
from zen_transformer.runs import memory
from zen_transformer.runs.memory import check_memory
from zen_transformer.tasks.bert.settings import BertSettings

WITH_NUMBERS = [
    "pretrain --seed",
    "pretrain --pretraining.steps",
    "pretrain --pretraining.batch-tokens",
    "pretrain --task causal-lm --model.n-positions",
    "pretrain --task seq2seq --pretraining.answers",
    "finetune --model m --seed",
    "quickstart --tagging.finetuning.max-length",
    "fill-mask a --top-k",
    "classify a --batch-size",
    "generate a --seed",
    "gibbs --sweeps",
    "choose --seed",
    "translate a --beams",
    "evaluate --model m --seed",
    "textbook --steps",
    "grade work --hint",
    "mistake run post-norm --steps",
]


@pytest.mark.parametrize("options", WITH_NUMBERS)
@pytest.mark.parametrize("number", [LARGEST + 1, -(2**63) - 1, 10**30])
def test_a_number_beyond_32_bits_is_refused_everywhere(options, number):
    said = refusal(*options.split(), str(number))
    assert f"{number} is beyond ±{LARGEST}" in said


@pytest.mark.parametrize("options", ["tokenizer show --ids 3", "generate a --form.syllables 8"])
def test_one_among_several_numbers_is_refused_as_well(options):
    said = refusal(*options.split(), "99999999999")
    assert "99999999999" in said and options.split()[-2] in said


@pytest.mark.parametrize("word", ["x", "1.5", "1e3", "", "9" * 5000, "0x10", "٣٫٥"])
def test_what_is_no_whole_number_is_refused(word):
    said = refusal("fill-mask", "a", "--top-k", word)
    assert "--top-k: " in said and "is no whole number" in said
    assert len(said) < 200


SEEDS = [
    "pretrain --seed",
    "finetune --model m --seed",
    "evaluate --model m --seed",
    "choose --model m --seed",
    "gibbs --length 8 --model m --seed",
    "textbook --seed",
]


@pytest.mark.parametrize("options", SEEDS)
def test_a_seed_is_not_negative(options):
    assert "seed is -1: it must be at least 0" in refusal(*options.split(), "-1")


def test_the_largest_number_is_taken():
    check_range("seed", LARGEST, 0)
    with pytest.raises(UserError, match=rf"seed is {LARGEST + 1}: it must be from 0 to {LARGEST}"):
        check_range("seed", LARGEST + 1, 0)


def test_settings_of_a_file_obey_the_same_rule(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("pretraining.steps = 99999999999999999999\n")
    assert "steps is 99999999999999999999" in refusal("pretrain", "--preset", path)


# Memory


@pytest.mark.parametrize(
    "options",
    [
        "pretrain --model.hidden-size 10000000",
        "pretrain --model.num-hidden-layers 1000000000",
        "pretrain --pretraining.batch-tokens 2000000000",
        "pretrain --task causal-lm --model.n-embd 12000000",
        "pretrain --task causal-lm --model.n-positions 2000000000",
        "pretrain --task seq2seq --model.d-model 8000000",
        "quickstart --model.hidden-size 10000000",
    ],
)
def test_what_cannot_fit_into_the_memory_is_refused_before_anything_is_read(
    options, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    said = refusal(*options.split())
    assert " GB at least, there are " in said and "choose a smaller " in said
    assert not list(tmp_path.iterdir())


def test_the_estimate_by_hand(monkeypatch):
    """Two blocks of width 8 with 16 in the middle: 2 · (4 · 64 + 2 · 8 · 16) + 32 · 8 = 1280
    parameters in 4 copies, 10 tokens with 2 · 8 numbers each, 4 bytes: 21,120."""
    config = BertConfig(
        hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16
    )
    monkeypatch.setattr(memory, "memory_bytes", lambda: 21_120)
    check_memory([config], positions=32, tokens=10)
    monkeypatch.setattr(memory, "memory_bytes", lambda: 21_119)
    with pytest.raises(UserError, match=r"1\.28e\+03 parameters or more.*choose a smaller model"):
        check_memory([config], positions=32, tokens=10)
    with pytest.raises(UserError, match="choose a smaller batch"):
        check_memory([config], positions=32, tokens=1000)


def test_the_presets_fit_into_little():
    """The smallest machine that anybody trains on."""
    settings = BertSettings()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(memory, "memory_bytes", lambda: 2e9)
        model = settings.model
        tokens = settings.pretraining.tokens_at_once
        check_memory([model], model.max_position_embeddings, tokens)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 7.28 TiB for an array with shape (1000000000000,)"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8000000000000 bytes.\nmore"),
    ],
)
def test_memory_that_cannot_be_had_is_no_fault(monkeypatch, error):
    def fail(arguments):
        raise error

    monkeypatch.setattr("zen_transformer.commands.main.run_command", fail)
    assert refusal("classify").startswith("there is not enough memory (")


def test_the_memory_of_this_machine_is_known():
    assert 1e8 < memory.memory_bytes() < 1e15


def test_a_help_text_is_no_mistake():
    ended = run_here("fill-mask", "--help")
    assert ended.code == 0 and "--top-k INT" in ended.stdout and not ended.stderr
