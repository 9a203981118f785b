"""Files that no program would have written: one line that names them, and exit code 2."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flax import nnx
from in_process import refusal
from tiny import tiny_config

from zen_transformer import BertForMaskedLM, CharacterTokenizer, UserError, WordPieceTokenizer
from zen_transformer.checkpoints.files import read_tensors
from zen_transformer.data.corpora import Document
from zen_transformer.data.shards import tokenize_to_shards
from zen_transformer.files import DEPTH, parse_json, read_arrays
from zen_transformer.tokenizers.loading import load_tokenizer

TEXTS = ["the cat went home .", "the dog ate ."]
DEEP = ["[" * 200_000, '{"a":' * 200_000, '{"a":' * (DEPTH + 1) + "1" + "}" * (DEPTH + 1)]


# Nested deeply


def test_json_is_read_to_a_depth_and_not_beyond():
    def nested(levels: int) -> str:
        return '{"a":' * levels + "1" + "}" * levels

    parse_json(nested(DEPTH - 1), Path("a.json"))
    with pytest.raises(UserError, match=r"a\.json is not readable JSON: it is nested more than"):
        parse_json(nested(DEPTH), Path("a.json"))


@pytest.mark.parametrize("content", DEEP)
@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("stages.json", "report RUN"),
        ("config.json", "export RUN --output out"),
        ("config.json", "compare-runs RUN RUN"),
        ("model/tokenizer.json", "tokenizer show a --model RUN/model"),
        ("model/config.json", "fill-mask [MASK] --model RUN/model"),
        ("choices.jsonl", "prefer --choices RUN/choices.jsonl --model RUN"),
    ],
)
def test_a_file_that_is_nested_deeply(tmp_path, monkeypatch, name, content, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "RUN" / "model").mkdir(parents=True)
    WordPieceTokenizer.train(TEXTS, vocab_size=40).save_pretrained(tmp_path / "RUN" / "model")
    if not command.startswith(("tokenizer", "fill-mask", "prefer")):
        for file in ("stages.json", "config.json"):
            (tmp_path / "RUN" / file).write_text("{}")
    (tmp_path / "RUN" / name).write_text(content + "\n")
    assert refusal(*command.split())


def test_a_preset_that_is_nested_deeply(tmp_path):
    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * 100_000)
    assert "deep.toml is not readable TOML" in refusal("pretrain", "--preset", path)


# Tokenizers


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizers")
    WordPieceTokenizer.train(TEXTS, vocab_size=40).save_pretrained(folder / "pieces")
    CharacterTokenizer.train(TEXTS).save_pretrained(folder / "characters")
    return folder


def replaced(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The content with another value at a place."""
    if not place:
        return value
    content = content.copy()
    content[place[0]] = replaced(content[place[0]], place[1:], value)
    return content


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (("model",), "model is VALUE, it has to be an object"),
        (("model", "type"), "model: type is VALUE, it has to be a text"),
        (("model", "vocab"), "has no vocabulary"),
        (("normalizer",), "normalizer is VALUE, it has to be an object or null"),
        (("normalizer", "lowercase"), "lowercase is VALUE, it has to be true or false"),
        (("normalizer", "strip_accents"), "strip_accents is VALUE"),
        (("pre_tokenizer",), "pre_tokenizer is VALUE"),
        (("added_tokens",), "added_tokens is VALUE, it has to be a list or null"),
        (("added_tokens", 0), "added_tokens[0]: VALUE has to be an object"),
        (("added_tokens", 0, "content"), "content is VALUE, it has to be a text"),
        (("added_tokens", 0, "id"), "id is VALUE, it has to be a number"),
        (("added_tokens", 0, "lstrip"), "lstrip is VALUE, it has to be true or false"),
    ],
)
def test_a_field_of_a_tokenizer_of_another_type(tokenizers, tmp_path, place, says):
    folder = Path(shutil.copytree(tokenizers / "pieces", tmp_path / "odd"))
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(replaced(json.loads(path.read_text()), place, 1.5)))
    assert says.replace("VALUE", "1.5") in refusal("tokenizer", "show", "a", "--model", folder)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"do_lower_case": "false"}, "do_lower_case is 'false', it has to be true or false"),
        ({"tokenizer_class": ["a"]}, "tokenizer_class is"),
        ({"additional_special_tokens": 3}, "additional_special_tokens is 3"),
        ({"additional_special_tokens": [3]}, "3 is no token"),
        ({"added_tokens_decoder": {"x": "a"}}, "'x', which is no id"),
        ({"added_tokens_decoder": {"3": []}}, "[] is no token"),
        ({"cls_token": {"content": []}}, "content is []"),
        ({"pad_token": 3}, "pad_token is 3"),
    ],
)
@pytest.mark.parametrize("kind", ["pieces", "characters"])
def test_an_option_of_a_tokenizer_of_another_type(tokenizers, tmp_path, kind, fields, says):
    folder = Path(shutil.copytree(tokenizers / kind, tmp_path / "odd"))
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))
    with pytest.raises(UserError) as refused:
        load_tokenizer(folder)
    assert says in str(refused.value)


# Arrays


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 100, b"\x93NUMPY\x01\x00v\x00{"])
def test_a_broken_npz_is_named(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.npz is no \.npz file of arrays: ."):
        read_arrays(path)
    assert "a.npz is no .npz file" in refusal("compare", path, path)


def test_an_npz_is_broken_at_any_place(tmp_path):
    """Whatever byte is lost: the arrays are read, or the file is refused."""
    path = tmp_path / "a.npz"
    np.savez(path, input_ids=np.arange(4))
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + whole[at + 1 :])
        try:
            read_arrays(path)
        except UserError:
            continue


def test_an_npz_of_texts_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", input_ids=np.array(["a", "b"]))
    assert "input_ids is an array of <U1: write down numbers" in refusal(
        "compare", tmp_path / "a.npz", tmp_path / "a.npz"
    )


# Token files


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "3",
        "{",
        "[" * 100_000,
        '{"key": 1, "complete": true, "shards": []}',
        '{"key": "KEY", "complete": true, "shards": 3}',
        '{"key": "KEY", "complete": true, "shards": [3]}',
        '{"key": "KEY", "complete": true}',
        '{"key": "KEY", "complete": true, "shards": [{"documents": "2"}]}',
    ],
)
def test_a_damaged_index_of_tokens_is_written_anew(tmp_path, content):
    tokenizer = WordPieceTokenizer.train(TEXTS, vocab_size=40)
    documents = [Document("here", text) for text in TEXTS]
    first = tokenize_to_shards(tmp_path, documents, tokenizer, "key")
    index = tmp_path / "index.json"
    key, sound = json.loads(index.read_text())["key"], index.read_text()
    index.write_text(content.replace("KEY", key))
    again = tokenize_to_shards(tmp_path, documents, tokenizer, "key")
    assert index.read_text() == sound
    assert np.array_equal(again.ids[0 : len(again.ids)], first.ids[0 : len(first.ids)])


# Wrong advice


@pytest.fixture
def bert(tokenizers, tmp_path) -> Path:
    folder = Path(shutil.copytree(tokenizers / "pieces", tmp_path / "bert"))
    size = WordPieceTokenizer.from_pretrained(folder).vocab_size
    config = tiny_config(vocab_size=size, max_position_embeddings=32)
    BertForMaskedLM(config, rngs=nnx.Rngs(0)).save_pretrained(folder)
    return folder


def test_compare_names_an_option_that_it_has(bert):
    said = refusal("compare", bert, bert, "--text", "cat " * 40)
    assert "bert has 32 positions: give a shorter one with --text" in said


def test_compare_says_what_another_kind_of_model_is(bert):
    config = json.loads((bert / "config.json").read_text()) | {"model_type": "gpt2"}
    (bert / "config.json").write_text(json.dumps(config))
    assert "bert holds a GPT, with which `generate` continues texts" in refusal(
        "compare", bert, bert
    )


def test_a_folder_in_the_place_of_weights_is_called_one(bert, tmp_path):
    weights = bert / "model.safetensors"
    weights.unlink()
    weights.mkdir()
    says = "model.safetensors is a folder, where a file of weights belongs: move it away"
    assert says in refusal("fill-mask", "[MASK]", "--model", bert)
    with pytest.raises(UserError, match="is a folder, where a file of weights belongs"):
        read_tensors(weights)
