"""A run's model for others: what is published is what stands in the folder, and no more."""

import pytest
from tiny import build

import zen_transformer as zen
from zen_transformer import UserError
from zen_transformer.runs.export import export_folder


@pytest.fixture
def model(tmp_path):
    build(zen.BertForMaskedLM).save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_a_model_is_exported_with_its_card(model, tmp_path):
    export_folder(model, tmp_path / "out", "# A card\n")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["README.md", "config.json", "model.safetensors"]
    assert (tmp_path / "out" / "README.md").read_text() == "# A card\n"


@pytest.mark.parametrize("name", ["notes.txt", "vocab.txt", "deep"])
def test_a_link_is_not_published(model, tmp_path, name):
    """Neither a file of somebody's, nor a folder."""
    secret = tmp_path / "secret"
    if name == "deep":
        secret.mkdir()
    else:
        secret.write_text("a private key")
    (model / name).symlink_to(secret)
    with pytest.raises(UserError, match=rf"{name} is a link to .*secret, which may not be meant"):
        export_folder(model, tmp_path / "out", "")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_link_is_not_published(model, tmp_path):
    (tmp_path / "link").symlink_to(model)
    with pytest.raises(UserError, match="link is a link to"):
        export_folder(tmp_path / "link", tmp_path / "out", "")
