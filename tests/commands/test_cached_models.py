"""A model's id where a folder is asked: it is read from HuggingFace's cache, without a network."""

import json
import shutil

import pytest
from in_process import refusal, run_here
from tiny_folders import write_models

huggingface_hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def cache(models, tmp_path, monkeypatch):
    """The models as `hf download` leaves them: someone/bert, someone/gpt and so on."""
    for folder in models.iterdir():
        repository = tmp_path / "hub" / f"models--someone--{folder.name}"
        (repository / "refs").mkdir(parents=True)
        (repository / "refs" / "main").write_text(COMMIT)
        shutil.copytree(folder, repository / "snapshots" / COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("socket.socket.connect", None)  # whoever asks the network fails
    monkeypatch.chdir(models)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("fill-mask 'the [MASK]' --json", "bert"),
        ("classify cat --json", "classifier"),
        ("tag cat --json", "tagger"),
        ("tokenizer show cat --json", "gpt"),
        ("generate the --max-new-tokens 3 --seed 1", "gpt"),
        ("translate cat --max-new-tokens 3", "translator"),
        ("gibbs --length 3 --sweeps 1", "bert"),
    ],
)
def test_a_model_in_the_cache_answers_as_its_folder(command, name):
    words = [word.strip("'") for word in command.replace("'the [MASK]'", "the_[MASK]").split()]
    cached = run_here(*words, "--model", f"someone/{name}")
    assert cached.code == 0, cached
    assert cached.stdout == run_here(*words, "--model", name).stdout


def test_both_sides_of_a_comparison_may_be_ids():
    assert "no difference above" in run_here("compare", "someone/bert", "bert").stdout


def test_what_its_folder_says_about_generating_counts(tmp_path):
    said = tmp_path / "hub" / "models--someone--gpt" / "snapshots" / COMMIT
    (said / "generation_config.json").write_text(json.dumps({"max_length": 4, "num_beams": 2}))
    ended = run_here("generate", "the", "--model", "someone/gpt")
    assert "max_length 4, num_beams 2" in ended.stderr


def test_what_is_not_in_the_cache_says_how_to_get_it():
    said = refusal("fill-mask", "[MASK]", "--model", "someone/else")
    assert said.startswith(
        "someone/else: no such folder, and no model of this id in HuggingFace's cache, which `hf "
        "download someone/else` fetches; "
    )
    assert "hf download" in refusal("generate", "a", "--model", "gpt2-of-another")
    for path in ("runs/gpt", "bert/else"):
        assert "hf download" not in refusal("generate", "a", "--model", path)
