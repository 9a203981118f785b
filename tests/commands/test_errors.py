"""A user's mistake on the command line: one clear line on standard error and exit code 2."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import run
from flax import nnx
from safetensors.numpy import load_file

from zen_transformer import BertConfig, BertForMaskedLM, WordPieceTokenizer
from zen_transformer.checkpoints.files import write_tensors

pytestmark = pytest.mark.slow

ANIMALS = "cat dog bird fish horse cow goat sheep lion bear".split()
TINY = (
    "--tokenizer.vocab-size=60 --model.hidden-size=8 --model.num-attention-heads=2 "
    "--pretraining.steps=20 --pretraining.reports=20 --pretraining.evaluation-batches=8 "
    "--pretraining.lengths 16 --pretraining.shares 1"
).split()
DOCUMENTS = [f"The {animal} went home. It was a good {animal}. So it slept." for animal in ANIMALS]


def check_mistake(*arguments: str | Path, says: str) -> None:
    """One line, which says what is wrong, and exit code 2; where a run should have been, there
    is nothing, or what was there before."""
    place = Path(arguments[arguments.index("--output") + 1]) if "--output" in arguments else Path()
    there = place.exists()
    done = run(*arguments)
    assert place.exists() == there
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("zen-transformer: ")
    assert says in done.stderr


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """A tiny masked language model that has learnt nothing."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = WordPieceTokenizer.train(DOCUMENTS, vocab_size=60)
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=12,
    )
    BertForMaskedLM(config, rngs=nnx.Rngs(0)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def damaged(model, tmp_path) -> Callable[[str, bytes], Path]:
    """A copy of the model in which one file has another content."""

    def damage(name: str, content: bytes) -> Path:
        folder = Path(shutil.copytree(model, tmp_path / "damaged"))
        (folder / name).write_bytes(content)
        return folder

    return damage


@pytest.fixture
def configured(model, damaged) -> Callable[..., Path]:
    """A copy of the model with other fields in its config.json."""

    def configure(**fields: Any) -> Path:
        config = json.loads((model / "config.json").read_text("utf-8"))
        return damaged("config.json", json.dumps(config | fields).encode())

    return configure


def corpus(folder: Path, content: str | bytes) -> Path:
    path = folder / "corpus.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# The command's name


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ([], "no command"),
        (["pretrian"], "did you mean pretrain?"),
        (["精"], "--help lists all of them"),
        (["tokenizer", "trian"], "choose tokenizer train, tokenizer show"),
        (["generate", "--compare"], "zen-transformer compare-sampling"),
    ],
)
def test_a_command_that_is_not_there(line, says):
    check_mistake(*line, says=says)


# Corpora


@pytest.mark.parametrize("command", [["tokenizer", "train"], ["pretrain"]])
def test_a_corpus_that_is_not_there(tmp_path, command):
    missing = tmp_path / "nowhere"
    says = f"no corpus {missing}: "
    check_mistake(*command, "--corpus", missing, "--output", tmp_path / "out", says=says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no text"),
        (b" \n\n \n", "holds no text"),
        (b"caf\xe9", "is not UTF-8: byte 3"),
        ("\n\n".join(DOCUMENTS[:3]).encode(), "has 3 documents"),
        (DOCUMENTS[0].encode(), "is one single document"),
        (b"One single sentence.", "is one single document, too short to be divided"),
    ],
)
def test_a_corpus_with_too_little_in_it(tmp_path, content, says):
    path = corpus(tmp_path, content)
    check_mistake("tokenizer", "train", "--corpus", path, "--output", tmp_path / "out", says=says)


def test_documents_of_a_single_sentence_have_no_next_sentence(tmp_path):
    path = corpus(tmp_path, "\n\n".join(f"the {animal} went home" for animal in ANIMALS))
    says = "next-sentence prediction needs at least 4: put sentences"
    check_mistake("pretrain", "--corpus", path, "--output", tmp_path / "out", says=says)


def test_a_vocabulary_too_small_for_anything(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    options = "--tokenizer.vocab-size", "5", "--output", tmp_path / "out"
    check_mistake("tokenizer", "train", "--corpus", path, *options, says="vocab_size is 5")


def test_a_vocabulary_too_small_for_the_alphabet(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    options = "--tokenizer.vocab-size", "20", "--output", tmp_path / "out"
    check_mistake("tokenizer", "train", "--corpus", path, *options, says="vocab_size is 20")


def test_a_run_that_is_there_already(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    out = tmp_path / "out"
    out.mkdir()
    (out / "config.json").write_text("{}")
    (out / "stages.json").write_text('{"vocabulary": 1.0}')
    check_mistake("pretrain", "--corpus", path, "--output", out, says="holds a run already")


def test_what_no_run_wrote_is_not_replaced(tmp_path):
    """A model's folder, for instance."""
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    out = tmp_path / "bert"
    out.mkdir()
    (out / "config.json").write_text("{}")
    options = "pretrain", "--corpus", path, "--overwrite"
    check_mistake(*options, "--output", out, says="bert holds config.json, but no run: choose")
    assert (out / "config.json").read_text() == "{}"


def test_no_such_preset(tmp_path):
    says = "no preset huge: choose base, chinese, "
    check_mistake("pretrain", "--preset", "huge", "--output", tmp_path / "out", says=says)


def test_double_precision_without_x64(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    options = "--output", tmp_path / "out", "--pretraining.dtype", "float64"
    says = "float64 was asked for, but JAX computes in float32: set JAX_ENABLE_X64=1"
    check_mistake("pretrain", "--corpus", path, *options, "--tokenizer.vocab-size", "60", says=says)


def test_a_loss_that_is_not_finite(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    out = tmp_path / "out"
    rate = "--pretraining.optimizer.learning-rate=1e30 --pretraining.optimizer.max-grad-norm=1e30"
    done = run("pretrain", "--corpus", path, "--output", out, *TINY, *rate.split())
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    found = re.search(
        r"the (?:loss|gradient norm) is \S+ in step (\d+); its batch is in (\S+\.npz), the last",
        line,
    )
    assert found, line
    newest = max((out / "checkpoints").glob("step-*"))
    assert f"the last good checkpoint is {newest}" in line
    # The step after which it went wrong is a good one; the batch is that of the bad step.
    assert int(newest.stem.removeprefix("step-")) <= int(found[1])
    assert np.load(found[2])["input_ids"].shape[1] == 16


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory) -> Path:
    """A run that was stopped just before its end."""
    folder = tmp_path_factory.mktemp("pretrained")
    path = corpus(folder, "\n\n".join(DOCUMENTS))
    done = run("pretrain", "--corpus", path, "--output", folder / "run", *TINY)
    assert done.returncode == 0, done.stderr
    stages = json.loads((folder / "run" / "stages.json").read_text())
    stages.pop("pretraining")
    (folder / "run" / "stages.json").write_text(json.dumps(stages))
    return folder / "run"


def test_a_run_resumed_with_other_settings(pretrained):
    says = "seed is 5, the run in"
    check_mistake("pretrain", "--output", pretrained, "--resume", "--seed", "5", says=says)


def test_a_run_resumed_with_another_text(pretrained):
    path = pretrained.parent / "corpus.txt"
    kept = path.read_text()
    path.write_text(kept.replace("cat", "cow"))
    says = f"the text of the run in {pretrained} changed since it was started: bring back"
    check_mistake("pretrain", "--output", pretrained, "--resume", says=says)
    path.write_text(kept)


def test_a_tokenizer_that_something_depends_on_is_not_replaced(pretrained, tmp_path):
    train = "tokenizer", "train", "--corpus", pretrained.parent / "corpus.txt"
    says = "holds a model or a run, which would no longer fit its tokenizer"
    for folder in (pretrained, pretrained / "model"):
        check_mistake(*train, "--output", folder, says=says)
    options = "--tokenizer.vocab-size", "60", "--output", tmp_path / "out"
    assert run(*train, *options).returncode == 0
    check_mistake(*train, *options, says="holds a tokenizer already: replace it by --overwrite")
    assert run(*train, *options, "--overwrite").returncode == 0


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def make_older(path: Path) -> None:
    write_tensors(path, load_file(path), {"format_version": "0"})


def make_foreign(path: Path) -> None:
    write_tensors(path, {"weights": np.ones(3)}, {"format_version": "1"})


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (truncate, "is damaged or no safetensors file"),
        (make_older, "is a checkpoint of format 0, this version reads 1"),
        (make_foreign, "does not fit this run: "),
    ],
)
def test_a_run_whose_newest_state_cannot_be_used(pretrained, tmp_path, spoil, says):
    out = Path(shutil.copytree(pretrained, tmp_path / "run"))
    newest = max((out / "checkpoints").glob("step-*"))
    spoil(newest)
    content = newest.read_bytes()
    check_mistake("pretrain", "--output", out, "--resume", says=f"{newest} {says}")
    assert newest.read_bytes() == content
    newest.unlink()  # the way out that the message names
    done = run("pretrain", "--output", out, "--resume")
    assert done.returncode == 0, done.stderr


def test_heads_that_do_not_share_the_width_evenly(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    options = "--model.num-attention-heads", "3", "--output", tmp_path / "out"
    says = "hidden_size 128 is not divisible by num_attention_heads 3"
    check_mistake("pretrain", "--corpus", path, *options, says=says)


def test_an_output_folder_that_is_a_file(tmp_path):
    path = corpus(tmp_path, "\n\n".join(DOCUMENTS))
    check_mistake("tokenizer", "train", "--corpus", path, "--output", path, says=str(path))


# Texts


def test_nothing_to_fill_in(model):
    check_mistake("fill-mask", "the cat", "--model", model, says="no [MASK] in 'the cat'")


def test_no_text_to_fill_in(model):
    check_mistake("fill-mask", "--model", model, says="no text")


def test_a_sentence_too_long_for_the_model(model):
    # A dot is a piece in any vocabulary, and 23 is [CLS], [MASK], the dots and [SEP].
    text = "[MASK] " + "." * 20
    says = "input has 23 tokens, the model has 12 positions"
    check_mistake("fill-mask", text, "--model", model, says=says)


# Models


@pytest.mark.parametrize("command", ["fill-mask", "classify"])
def test_a_model_that_is_not_there(tmp_path, command):
    missing = tmp_path / "nowhere"
    check_mistake(command, "[MASK]", "--model", missing, says=f"{missing}: no such folder")


def test_a_folder_that_is_no_checkpoint(tmp_path):
    says = f"{tmp_path} is no checkpoint: it has no config.json"
    check_mistake("fill-mask", "[MASK]", "--model", tmp_path, says=says)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("model.safetensors", b"not what it says"),
        ("tokenizer.json", b"{"),
    ],
)
def test_a_damaged_file_is_named(damaged, name, content):
    check_mistake("fill-mask", "[MASK]", "--model", damaged(name, content), says=name)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"num_attention_heads": 3}, "hidden_size 8 is not divisible by num_attention_heads 3"),
        ({"hidden_size": "8"}, "hidden_size"),
        ({"unheard_of": 1}, "unknown field in the model's config: unheard_of"),
        ({"intermediate_size": 9}, "the config asks for"),
    ],
)
def test_a_config_that_cannot_be(configured, fields, says):
    check_mistake("fill-mask", "[MASK]", "--model", configured(**fields), says=says)


def test_a_tokenizer_with_more_pieces_than_the_model_has_vectors(model, tmp_path):
    folder = Path(shutil.copytree(model, tmp_path / "other"))
    tokenizer = WordPieceTokenizer.from_pretrained(model)
    size = tokenizer.vocab_size
    WordPieceTokenizer([*tokenizer.vocabulary, "surplus"]).save_pretrained(folder)
    says = f"the tokenizer has {size + 1} pieces, the model {size}"
    check_mistake("fill-mask", "[MASK]", "--model", folder, says=says)


def test_a_model_without_classifier_does_not_classify(model):
    # Its answers would be those of random weights.
    check_mistake("classify", "the cat", "--model", model, says="classifier")


# Labelled data


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text,stars\nx,1\n", "no column 'label'"),
        ("text,label\nx,1\ny,1\n", "at least two"),
        ("text,label\nx,1\ny,2\n", "too few to split"),
        ("text,label\nhello, world,1\n", "data.csv, line 2: the number of fields is 3"),
        (b"text,label\ncaf\xe9,1\n", "not UTF-8"),
    ],
)
def test_labelled_data_that_cannot_be_learnt_from(model, tmp_path, content, says):
    path = corpus(tmp_path, content).rename(tmp_path / "data.csv")
    check_mistake(
        "finetune", "--model", model, "--data", path, "--output", tmp_path / "out", says=says
    )


# What is no mistake, and what the library that reads the options says itself


@pytest.mark.parametrize("arguments", [["pretrain", "--nonsense"], ["nonsense"], []])
def test_unknown_or_missing_options_exit_with_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "quickstart",
        "tokenizer train",
        "pretrain",
        "finetune",
        "evaluate",
        "fill-mask",
        "classify",
        "tag",
    ],
)
def test_help_has_an_example(command):
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    # The usage line has the command as well, the example has something to type behind it.
    examples = [line for line in done.stdout.splitlines() if not line.startswith("usage:")]
    assert any(line.strip().startswith(f"zen-transformer {command}") for line in examples)


@pytest.mark.parametrize("command", ["", "tokenizer"])
def test_help_names_the_commands(command):
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    for name in {"": "quickstart pretrain fill-mask", "tokenizer": "train"}[command].split():
        assert name in done.stdout


def test_no_dropout_may_be_a_whole_number(configured):
    # json.dump writes 0 for 0, and nothing else here is wrong: an answer comes.
    folder = configured(hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    done = run("fill-mask", "[MASK]", "--model", folder)
    assert done.returncode == 0, done.stderr
