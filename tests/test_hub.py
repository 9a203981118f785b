"""A model's id instead of a folder. No test here needs a network: the library that fetches is
played by a folder."""

import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import pytest
from tiny import build, tiny_config

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.hub import is_model_id, resolve_model, resolve_tokenizer

ID = "someone/tiny-bert"


class Hub:
    """A stand-in for the hub: the files it has, the requests it got, and its download folder."""

    def __init__(self, shelf: Path, cache: Path):
        self.shelf, self.cache = shelf, cache
        self.requests: list[tuple[str, list[str]]] = []
        self.error: Exception | None = None

    def snapshot_download(self, repo_id: str, *, allow_patterns: list[str]) -> str:
        self.requests.append((repo_id, allow_patterns))
        if self.error:
            raise self.error
        self.cache.mkdir(exist_ok=True)
        for path in self.shelf.iterdir():
            if any(fnmatch(path.name, pattern) for pattern in allow_patterns):
                shutil.copy(path, self.cache)
        return str(self.cache)


@pytest.fixture
def hub(tmp_path, monkeypatch) -> Hub:
    """A hub with one model and its tokenizer, and files that are not needed."""
    shelf = tmp_path / "shelf"
    tokenizer = zen.WordPieceTokenizer.train(["a cat"], 16)
    build(zen.BertForMaskedLM, vocab_size=16).save_pretrained(shelf)
    tokenizer.save_pretrained(shelf)
    for name in ("pytorch_model.bin", "tf_model.h5", "README.md", "flax_model.msgpack"):
        (shelf / name).write_bytes(b"large")
    hub = Hub(shelf, tmp_path / "cache")
    library = ModuleType("huggingface_hub")
    library.snapshot_download = hub.snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", library)
    monkeypatch.chdir(tmp_path)
    return hub


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_models_id_is_fetched_and_read(hub):
    model = zen.BertForMaskedLM.from_pretrained(ID)
    assert model.config == tiny_config(vocab_size=16)
    assert [model_id for model_id, _ in hub.requests] == [ID]
    assert names(hub.cache) == {"config.json", "model.safetensors"}


def test_a_tokenizers_id_is_fetched_and_read(hub):
    assert zen.WordPieceTokenizer.from_pretrained(ID).tokenize("A cat") == ["a", "cat"]
    assert names(hub.cache) == {"vocab.txt", "tokenizer.json", "tokenizer_config.json"}


def test_pickled_weights_are_fetched_for_want_of_others(hub):
    (hub.shelf / "model.safetensors").unlink()
    assert names(resolve_model("tiny-bert")) == {"config.json", "pytorch_model.bin"}
    assert [model_id for model_id, _ in hub.requests] == ["tiny-bert"] * 2


def test_shards_are_fetched_with_their_index(hub):
    (hub.shelf / "model.safetensors").unlink()
    shards = {f"model-0000{i}-of-00002.safetensors" for i in (1, 2)}
    shards.add("model.safetensors.index.json")
    for name in shards:
        (hub.shelf / name).touch()
    assert names(resolve_model(ID)) == {"config.json", *shards}


# What is never sent anywhere


@pytest.mark.parametrize("name", ["bert-base-uncased", "google-bert/bert_base.v2", "2/3"])
def test_ids(name):
    assert is_model_id(name)


@pytest.mark.parametrize(
    "path",
    [
        "runs/quickstart/model",
        "./model",
        "../model",
        ".",
        "/model",
        "model/",
        "~/model",
        "C:/model",
        "runs\\model",
        "my model",
        "",
        Path("bert-base-uncased"),
        "here",
        "here/model",
        "here/nothing",
        "a-file",
    ],
)
def test_a_path_is_not_an_id(hub, path):
    (hub.shelf.parent / "here" / "model").mkdir(parents=True)
    (hub.shelf.parent / "a-file").touch()
    assert not is_model_id(path)
    assert resolve_model(path) == resolve_tokenizer(path) == Path(path)
    assert hub.requests == []


def test_a_folder_is_read_without_the_library(hub, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for path in ("shelf", str(hub.shelf), hub.shelf):
        zen.BertForMaskedLM.from_pretrained(path)
        zen.WordPieceTokenizer.from_pretrained(path)


# What cannot be


@pytest.mark.parametrize("reader", [zen.BertModel, zen.WordPieceTokenizer])
def test_without_the_library(hub, monkeypatch, reader):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError) as error:
        reader.from_pretrained(ID)
    for words in (f"{ID} is no folder here", "pip install huggingface_hub"):
        assert words in str(error.value)


@pytest.mark.parametrize("reader", [zen.BertModel, zen.WordPieceTokenizer])
@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (ConnectionError("Name or service not known.\nMore"), "ConnectionError: Name or service"),
        (OSError(), "OSError. "),
        (ValueError("401 Client Error: no such repository"), "ValueError: 401 Client Error"),
    ],
)
def test_what_failed_is_said_in_one_line_with_the_way_out(hub, reader, failure, said):
    hub.error = failure
    with pytest.raises(UserError) as error:
        reader.from_pretrained(ID)
    for words in (f"{ID} is no folder here", said, f"hf download {ID} --local-dir FOLDER"):
        assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_ctrl_c_is_no_failure(hub):
    hub.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        resolve_model(ID)


def test_a_model_without_weights_is_named(hub):
    for name in ("model.safetensors", "pytorch_model.bin"):
        (hub.shelf / name).unlink()
    with pytest.raises(UserError, match=r"cache is no checkpoint: it has no model\.safetensors"):
        zen.BertModel.from_pretrained(ID)
