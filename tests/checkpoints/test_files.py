import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from zen_transformer.checkpoints.files import (
    fingerprint,
    read_folder,
    read_tensors,
    write_folder,
    write_tensors,
)
from zen_transformer.checkpoints.layouts import BERT
from zen_transformer.errors import UserError

KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A checkpoint with one kernel."""
    write_folder(tmp_path / "model", {"hidden_size": 2}, {"classifier.kernel": KERNEL}, BERT)
    return tmp_path / "model"


def test_the_files_hold_what_huggingface_expects(folder):
    assert json.loads((folder / "config.json").read_text()) == {"hidden_size": 2}
    tensors = load_file(folder / "model.safetensors")
    assert tensors.keys() == {"classifier.weight"}
    np.testing.assert_array_equal(tensors["classifier.weight"], KERNEL.T)


def test_what_was_written_is_read(folder):
    fields, tensors = read_folder(folder)
    assert fields == {"hidden_size": 2}
    np.testing.assert_array_equal(tensors["classifier.weight"], KERNEL.T)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int32])
def test_numbers_and_their_type_survive(tmp_path, dtype):
    array = np.array([[1.5, -2.0], [0.0, 3.0]]).astype(dtype)
    write_tensors(tmp_path / "x", {"a": array, "scalar": np.asarray(array[0, 0])})
    again = read_tensors(tmp_path / "x")
    assert again["a"].dtype == dtype
    np.testing.assert_array_equal(again["a"], array)
    assert again["scalar"].shape == ()


def test_writing_replaces_and_leaves_nothing_beside(folder):
    write_folder(folder, {"hidden_size": 3}, {"classifier.bias": np.ones(2, np.float32)}, BERT)
    fields, tensors = read_folder(folder)
    assert (fields, tensors.keys()) == ({"hidden_size": 3}, {"classifier.bias"})
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_what_was_written(folder, tmp_path):
    (tmp_path / "plain").touch()
    usual = (tmp_path / "plain").stat().st_mode
    assert {path.stat().st_mode for path in folder.iterdir()} == {usual}


def test_a_fingerprint_is_of_the_weights_not_of_their_place(folder, tmp_path):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    assert fingerprint(copy) == fingerprint(folder)
    write_folder(copy, {"hidden_size": 2}, {"classifier.kernel": KERNEL + 1}, BERT)
    assert fingerprint(copy) != fingerprint(folder)


def test_the_fingerprint_of_pickled_weights_is_of_them_too(folder):
    (folder / "model.safetensors").unlink()
    fingerprints = set()
    for content in (b"one", b"other"):
        (folder / "pytorch_model.bin").write_bytes(content)
        fingerprints.add(fingerprint(folder))
    assert len(fingerprints) == 2


def test_a_failed_write_leaves_the_old_file_whole(folder):
    path = folder / "model.safetensors"
    before = path.read_bytes()
    with pytest.raises(Exception, match=r".+"):
        write_tensors(path, {"a": np.array(["text"])})
    assert path.read_bytes() == before


def damage(path: Path, content: bytes | None):
    """Damage a file: other content, or no file."""
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", None),
        ("model.safetensors", None),
        ("config.json", b"{not json"),
        ("model.safetensors", b""),
        ("model.safetensors", b"no safetensors at all"),
    ],
)
def test_a_missing_or_damaged_part_is_named(folder, name, content):
    damage(folder / name, content)
    with pytest.raises(UserError) as error:
        read_folder(folder)
    assert name in str(error.value)
    assert str(folder) in str(error.value)


@pytest.mark.parametrize("kept", [4, 30, -1])
def test_a_truncated_file_is_named(folder, kept):
    path = folder / "model.safetensors"
    damage(path, path.read_bytes()[:kept])
    with pytest.raises(UserError, match=r"model\.safetensors is damaged"):
        read_folder(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_pointer_of_git_lfs_is_called_that(folder, name):
    (folder / "model.safetensors").unlink()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 438012\n"
    (folder / name).write_text(pointer)
    with pytest.raises(UserError, match=rf"{name} is a pointer of Git LFS, .*: .* git lfs pull"):
        read_folder(folder)


def cut_up(folder: Path) -> Path:
    """Split the two tensors of a folder into two shards with an index."""
    tensors = {"a": KERNEL, "b": KERNEL + 1}
    places = {name: f"model-{name}.safetensors" for name in tensors}
    for name, place in places.items():
        write_tensors(folder / place, {name: tensors[name]})
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    return index


def test_a_model_in_several_files(folder):
    cut_up(folder)
    tensors = read_folder(folder)[1]
    np.testing.assert_array_equal(tensors["a"], KERNEL)
    np.testing.assert_array_equal(tensors["b"], KERNEL + 1)


def test_an_index_keeps_its_word(folder):
    index = cut_up(folder)
    write_tensors(folder / "model-b.safetensors", {"c": KERNEL})
    with pytest.raises(UserError, match=r"index\.json names b \(1\), which the files beside it"):
        read_folder(folder)
    (folder / "model-b.safetensors").unlink()
    with pytest.raises(
        UserError, match=r"lacks model-b\.safetensors, which model\.safetensors\.ind"
    ):
        read_folder(folder)
    for places in ({}, {"weight_map": ["a"]}, {"weight_map": {"a": 3}}):
        index.write_text(json.dumps(places))
        with pytest.raises(UserError, match=r"index\.json has no weight_map"):
            read_folder(folder)


def test_an_index_does_not_lead_out_of_its_folder(folder, tmp_path):
    write_tensors(tmp_path / "elsewhere.safetensors", {"a": KERNEL})
    index = cut_up(folder)
    index.write_text(json.dumps({"weight_map": {"a": "../elsewhere.safetensors"}}))
    with pytest.raises(UserError, match=r"lacks elsewhere\.safetensors"):
        read_folder(folder)


def test_no_folder(tmp_path):
    with pytest.raises(UserError, match="nowhere: no such folder"):
        read_folder(tmp_path / "nowhere")
