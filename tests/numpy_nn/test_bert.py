"""The heads in NumPy; `reference/test_models.py` compares them with HuggingFace."""

from typing import Any

import numpy as np
import pytest
from reference.finite_differences import check_gradient
from tiny import batch_for, tiny_batch, tiny_config

from zen_transformer.numpy_nn.bert import (
    HEADS,
    bert_with_head,
    encoder_inputs,
    loss,
    loss_gradient,
    losses,
    select_positions,
    select_positions_backward,
)
from zen_transformer.numpy_nn.initialization import initial_parameters

CONFIG = tiny_config(num_hidden_layers=1)


def parameters(model: str) -> dict[Any, Any]:
    """Random weights of one of the models."""
    rng = np.random.default_rng(0)
    weights = initial_parameters(CONFIG, rng)
    for head, classes in (("classifier", 2), ("qa_outputs", 2)):
        weights[head] = {"kernel": rng.normal(size=(8, classes)), "bias": rng.normal(size=classes)}
    if model == "BertForMultipleChoice":
        weights["classifier"] = {"kernel": rng.normal(size=(8, 1)), "bias": rng.normal(size=1)}
    heads = {head.name for head in HEADS[model]}
    return {name: branch for name, branch in weights.items() if name in {"bert", *heads}}


def answers(model: str) -> dict[str, np.ndarray]:
    """Logits on a batch with padding."""
    return bert_with_head(model, parameters(model), batch_for(model), CONFIG).logits


def labels_for(model: str) -> dict[str, np.ndarray]:
    """A class for every row of logits except the first, which has no label."""
    labels = {}
    for head in HEADS[model]:
        for name, label_name in head.labels.items():
            *rows, classes = answers(model)[name].shape
            labels[label_name] = np.arange(np.prod(rows)).reshape(rows) % classes
            labels[label_name].flat[0] = -100
    return labels


@pytest.mark.parametrize("model", HEADS)
def test_gradient_is_that_of_finite_differences(model):
    weights, labels = parameters(model), labels_for(model)
    batch = batch_for(model)

    def current_loss() -> float:
        return loss(model, bert_with_head(model, weights, batch, CONFIG).logits, labels)

    gradient = loss_gradient(model, weights, batch, labels, CONFIG)
    check_gradient(current_loss, weights, gradient)


def test_start_and_end_count_half_and_two_questions_add_up():
    sure = {"start_logits": np.array([[9.0, 9.0]]), "end_logits": np.array([[0.0, 0.0, 0.0, 0.0]])}
    labels = {"start_positions": np.array([0]), "end_positions": np.array([3])}
    by_name = losses("BertForQuestionAnswering", sure, labels)
    assert by_name == pytest.approx({"start_logits": np.log(2), "end_logits": np.log(4)})
    assert loss("BertForQuestionAnswering", sure, labels) == pytest.approx(np.log(8) / 2)
    logits = {"prediction_logits": np.zeros((1, 1, 4)), "seq_relationship_logits": np.zeros((1, 2))}
    labels = {"labels": np.array([[0]]), "next_sentence_label": np.array([1])}
    assert loss("BertForPreTraining", logits, labels) == pytest.approx(np.log(8))


def test_what_has_no_label_does_not_count():
    logits = {"logits": np.array([[[0.0, 0.0], [5.0, -5.0]]])}
    labels = {"labels": np.array([[1, -100]])}
    assert loss("BertForTokenClassification", logits, labels) == pytest.approx(np.log(2))
    nothing = {"labels": np.array([[-100, -1]])}
    assert loss("BertForTokenClassification", logits, nothing) == 0.0


def test_each_choice_is_read_for_itself():
    plain = answers("BertForMultipleChoice")["logits"]
    assert plain.shape == (2, 3)
    swapped = {name: values[:, ::-1] for name, values in batch_for("BertForMultipleChoice").items()}
    given = parameters("BertForMultipleChoice")
    logits = bert_with_head("BertForMultipleChoice", given, swapped, CONFIG).logits["logits"]
    np.testing.assert_allclose(logits, plain[:, ::-1], rtol=1e-12)


def test_positions_may_be_the_same_for_all():
    counted = np.arange(6)[None]
    for name, positions in (("BertModel", counted), ("BertForMultipleChoice", counted[None])):
        batch = batch_for(name)
        given = encoder_inputs(batch | {"position_ids": positions})
        plain = encoder_inputs(batch)
        np.testing.assert_array_equal(
            np.broadcast_to(plain["position_ids"], given["position_ids"].shape),
            given["position_ids"],
        )


def test_only_the_words_asked_for():
    everywhere = answers("BertForPreTraining")["prediction_logits"]
    batch = tiny_batch() | {"masked_positions": np.array([[4, 1], [0, 0], [5, 2]])}
    output = bert_with_head("BertForPreTraining", parameters("BertForPreTraining"), batch, CONFIG)
    expected = everywhere[np.arange(3)[:, None], batch["masked_positions"]]
    np.testing.assert_allclose(output.logits["prediction_logits"], expected, rtol=1e-12)


def test_a_place_asked_for_twice_hears_both():
    states, places = np.arange(12.0).reshape(2, 3, 2), np.array([[2, 2], [0, 1]])
    assert select_positions(states, places)[:, :, 0].tolist() == [[4.0, 4.0], [6.0, 8.0]]
    flow = np.array([[[1.0, 2.0], [10.0, 20.0]], [[3.0, 4.0], [5.0, 6.0]]])
    dstates = select_positions_backward(flow, states, places)
    assert dstates[:, :, 0].tolist() == [[0.0, 0.0, 11.0], [3.0, 5.0, 0.0]]
