"""`compare` as a person sees it."""

import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tiny import build

import zen_transformer as zen
from zen_transformer.commands.compare import compare

TOKENIZER = zen.WordPieceTokenizer.train(["the cat sat on the mat ."], vocab_size=40)
SHAPE = {"vocab_size": TOKENIZER.vocab_size}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    build(zen.BertForMaskedLM, **SHAPE).save_pretrained(folder)
    TOKENIZER.save_pretrained(folder)
    return folder


@pytest.fixture
def changed(model, tmp_path):
    """The same model, but for one number in the second block."""
    folder = shutil.copytree(model, tmp_path / "changed")
    tensors = load_file(folder / "model.safetensors")
    tensors["bert.encoder.layer.1.attention.self.query.weight"][0, 0] += 0.5
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_two_implementations_agree(model, capsys):
    compare(str(model), f"textbook:{model}", text="the cat sat .")
    printed = capsys.readouterr().out
    assert "no difference above 1e-05" in printed
    assert "hidden_states.2" in printed and "\x1b" not in printed


@pytest.mark.slow
def test_the_first_difference_is_named_with_where_to_look(model, changed, capsys, tmp_path):
    plot = tmp_path / "differences.png"
    compare(str(model), str(changed), text="the cat sat .", plot=plot)
    printed = capsys.readouterr().out
    assert "1 are not" in printed
    assert "encoder.layer.1.attention.self.query.weight" in printed
    assert "hidden_states.1 still agrees; attentions.1 is the first that differs" in printed
    assert "1/√head_dim" in printed
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_a_file_of_ones_own(model, changed, tmp_path, capsys):
    compare(str(model), str(model), text="the cat", pair="the mat", save=tmp_path / "mine.npz")
    with np.load(tmp_path / "mine.npz") as file:
        mine = dict(file)
    capsys.readouterr()
    assert mine["token_type_ids"].any()  # without them the second text would differ
    compare(str(model), str(tmp_path / "mine.npz"), text="is not asked")
    assert "no difference above" in capsys.readouterr().out
    mine["hidden_states.1"] = mine["hidden_states.1"] + 1e-3
    np.savez(tmp_path / "off.npz", allow_pickle=False, **mine)
    compare(str(model), str(tmp_path / "off.npz"))
    printed = capsys.readouterr().out
    assert "hidden_states.1 is the first that differs" in printed and "tanh GELU" in printed


def test_tokenizers_that_differ_are_noticed(model, tmp_path, capsys):
    other = shutil.copytree(model, tmp_path / "other")
    pieces = [piece for piece in TOKENIZER.vocabulary if piece != "cat"] + ["cats"]
    zen.WordPieceTokenizer(pieces).save_pretrained(other)
    compare(str(model), str(other), text="the cat")
    assert "the tokenizers differ: token 2 is 'cat' in one" in capsys.readouterr().out


def test_a_file_without_ids_is_a_users_mistake(model, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones(2))
    with pytest.raises(zen.UserError, match=r"a\.npz has no input_ids"):
        compare(str(model), str(tmp_path / "a.npz"))
