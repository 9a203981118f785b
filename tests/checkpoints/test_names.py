from pathlib import Path

import numpy as np
import pytest
from tiny import EVERY_MODEL, build

import zen_transformer as zen
from zen_transformer.checkpoints.names import from_huggingface, to_huggingface, transposed
from zen_transformer.errors import UserError
from zen_transformer.models.pretrained import flat_parameters

SOURCE = Path("some/folder")
NORM = "embeddings.norm.scale"


def one(name: str, wanted: str, value: float = 3.0):
    """Look for one parameter in a file that has one tensor."""
    return from_huggingface({name: np.array([value])}, {wanted}, SOURCE)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("embeddings.token.table", "embeddings.word_embeddings.weight"),
        ("bert.embeddings.norm.scale", "bert.embeddings.LayerNorm.weight"),
        (
            "bert.encoder.layers.11.attention.query.kernel",
            "bert.encoder.layer.11.attention.self.query.weight",
        ),
        (
            "bert.encoder.layers.0.attention.output.bias",
            "bert.encoder.layer.0.attention.output.dense.bias",
        ),
        (
            "encoder.layers.2.feed_forward_norm.bias",
            "encoder.layer.2.output.LayerNorm.bias",
        ),
        ("masked_lm_head.bias", "cls.predictions.bias"),
        ("masked_lm_head.norm.scale", "cls.predictions.transform.LayerNorm.weight"),
        ("next_sentence_head.kernel", "cls.seq_relationship.weight"),
        ("classifier.bias", "classifier.bias"),
        ("qa_outputs.kernel", "qa_outputs.weight"),
    ],
)
def test_names(ours, theirs):
    assert to_huggingface(ours) == theirs


def test_a_name_that_is_in_no_table():
    with pytest.raises(KeyError, match=r"decoder\.kernel"):
        to_huggingface("decoder.kernel")


@pytest.mark.parametrize("name", EVERY_MODEL)
def test_every_parameter_has_its_place_in_huggingface(transformers, name):
    ours = build(getattr(zen, name))
    theirs = getattr(transformers, name)(transformers.BertConfig(**ours.config.to_dict()))
    shapes = {name: tuple(parameter.shape) for name, parameter in theirs.named_parameters()}
    parameters = flat_parameters(ours)
    named = {
        to_huggingface(path): transposed(path, np.asarray(leaf[...])).shape
        for path, leaf in parameters.items()
    }
    assert len(named) == len(parameters)
    assert named == shapes


def test_only_kernels_are_transposed():
    array = np.arange(6.0).reshape(2, 3)
    assert transposed("classifier.kernel", array)[2, 1] == array[1, 2]
    assert transposed("embeddings.token.table", array) is array


@pytest.mark.parametrize("wanted", [NORM, f"bert.{NORM}"])
@pytest.mark.parametrize("name", ["embeddings.LayerNorm", "bert.embeddings.LayerNorm"])
@pytest.mark.parametrize("leaf", ["weight", "gamma"])
def test_with_and_without_prefix_old_names_and_new(wanted, name, leaf):
    assert one(f"{name}.{leaf}", wanted) == {wanted: np.array([3.0])}


def test_beta_is_the_bias():
    assert one("embeddings.LayerNorm.beta", "embeddings.norm.bias")["embeddings.norm.bias"] == 3.0


def test_a_head_beside_a_prefix_has_none():
    tensors = {"bert.embeddings.LayerNorm.weight": np.ones(1), "cls.predictions.bias": np.ones(2)}
    parameters = from_huggingface(tensors, {f"bert.{NORM}", "masked_lm_head.bias"}, SOURCE)
    assert parameters["masked_lm_head.bias"].shape == (2,)


@pytest.mark.parametrize(
    "name",
    [
        "bert.embeddings.position_ids",
        "cls.predictions.decoder.weight",
        "cls.predictions.decoder.bias",
        "cls.seq_relationship.weight",
        "classifier.weight",
        "qa_outputs.weight",
        "bert.pooler.dense.weight",
    ],
)
def test_buffers_ties_and_heads_that_nobody_asked_for_are_left_out(name):
    tensors = {name: np.ones((2, 2)), "bert.embeddings.LayerNorm.weight": np.ones(1)}
    assert from_huggingface(tensors, {f"bert.{NORM}"}, SOURCE).keys() == {f"bert.{NORM}"}


@pytest.mark.parametrize(
    "name",
    [
        "bert.encoder.layer.7.output.dense.weight",  # a layer more than wanted
        "bert.embeddings.rotary.weight",
        "roberta.embeddings.LayerNorm.weight",
    ],
)
def test_tensors_that_belong_nowhere_are_an_error_that_names_them(name):
    tensors = {name: np.ones(1), "bert.embeddings.LayerNorm.weight": np.ones(1)}
    with pytest.raises(UserError) as error:
        from_huggingface(tensors, {f"bert.{NORM}"}, SOURCE)
    assert name in str(error.value)
    assert str(SOURCE) in str(error.value)


def test_what_is_missing_is_simply_not_found():
    tensors = {"bert.embeddings.LayerNorm.weight": np.ones(1)}
    assert from_huggingface(tensors, {f"bert.{NORM}", "classifier.bias"}, SOURCE).keys() == {
        f"bert.{NORM}"
    }


def test_unknown_parameters_are_listed_and_counted():
    tensors = {f"bert.strange.{number:02}": np.ones(1) for number in range(22)}
    with pytest.raises(UserError, match=r"strange\.00, .*strange\.19 and 2 more; .*config\.json"):
        from_huggingface(tensors, {f"bert.{NORM}"}, SOURCE)


# Tied weights

TABLE, DECODER = "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"
TIED = {"bert.embeddings.token.table", "masked_lm_head.bias"}


def test_tied_weights_may_be_there_once_under_either_name_or_twice():
    table, bias = np.arange(6.0).reshape(3, 2), np.ones(3)
    for tables in ([TABLE], [DECODER], [TABLE, DECODER]):
        for biases in (["bias"], ["decoder.bias"], ["bias", "decoder.bias"]):
            tensors = dict.fromkeys(tables, table)
            tensors |= {f"cls.predictions.{name}": bias for name in biases}
            tensors |= {"bert.embeddings.LayerNorm.weight": np.ones(2)}
            parameters = from_huggingface(tensors, TIED | {f"bert.{NORM}"}, SOURCE)
            np.testing.assert_array_equal(parameters["bert.embeddings.token.table"], table)
            np.testing.assert_array_equal(parameters["masked_lm_head.bias"], bias)


def test_weights_that_are_not_tied_are_an_error_for_who_needs_them():
    tensors = {TABLE: np.zeros((3, 2)), DECODER: np.ones((3, 2))}
    with pytest.raises(UserError, match=r"decoder\.weight is not bert\.embeddings\.word.*shares"):
        from_huggingface(tensors, TIED, SOURCE)
    parameters = from_huggingface(tensors, {"bert.embeddings.token.table"}, SOURCE)
    np.testing.assert_array_equal(parameters["bert.embeddings.token.table"], 0.0)
