"""Where HuggingFace is not followed, or nothing forces the answer: what we chose. All else is
compared in `reference/test_models.py`."""

from typing import Any

import numpy as np
import pytest
from adapters.weights import named
from reference.huggingface import case_of, huggingface_model
from reference.models import Case
from reference.pieces import error
from reference.test_models import BACKWARD, ask
from tiny import tiny_batch, tiny_config

from zen_transformer.numpy_nn.initialization import initial_parameters

pytestmark = pytest.mark.slow


def tiny_case(transformers: Any, name: str, padding_id: int | None = None) -> Case:
    """A small model on a batch with padding."""
    model = huggingface_model(transformers, name, tiny_config())
    model.get_input_embeddings().padding_idx = padding_id
    return case_of(model, tiny_config(), tiny_batch())


def test_the_gradient_of_a_keys_bias_is_rounding(implementation, transformers):
    """It adds the same number to all scores of a query, which the softmax does not see. We
    compute it all the same, as they do; what comes out differs, and means nothing."""
    case = tiny_case(transformers, "BertForPreTraining")
    for gradient in (ask(implementation, "MODEL_GRADIENTS", case), case.gradients):
        for layer in range(2):
            name = f"bert.encoder.layer.{layer}.attention.self"
            assert np.abs(gradient[f"{name}.key.bias"]).max() < 1e-12
            assert np.abs(gradient[f"{name}.query.bias"]).max() > 1e-6


def test_the_row_of_padding_has_the_gradient_of_the_equation(implementation, transformers):
    """[PAD] is looked up like any other token, so its row has a gradient here. HuggingFace's
    embedding leaves it out (`padding_idx`), unless it is told otherwise, as elsewhere."""
    case = tiny_case(transformers, "BertModel", padding_id=0)
    name = "embeddings.word_embeddings.weight"
    ours, theirs = ask(implementation, "MODEL_GRADIENTS", case)[name], case.gradients[name]
    assert np.abs(ours[0]).max() > 0.1
    np.testing.assert_array_equal(theirs[0], 0.0)
    assert error(ours[1:], theirs[1:]) <= BACKWARD


def test_where_everything_is_masked_every_token_is_looked_at_alike(implementation):
    """HuggingFace gives other numbers, and others in each of its implementations; hence no
    such row is compared. Ours are finite, and so are the gradients."""
    config, batch = tiny_config(), tiny_batch()
    batch["attention_mask"][1] = 0
    parameters = initial_parameters(config, np.random.default_rng(0))["bert"]
    labels = {"last_hidden_state": np.ones((3, 6, 8)), "pooler_output": np.ones((3, 8))}
    case = Case("BertModel", 0, config, named(parameters), batch, labels, {}, {})
    outputs = ask(implementation, "MODELS", case)
    for weights in outputs["attentions"]:
        np.testing.assert_allclose(weights[1], 1 / 6, rtol=1e-15)
    for values in (*outputs["hidden_states"], outputs["pooler_output"]):
        assert np.isfinite(values).all()
    for gradient in ask(implementation, "MODEL_GRADIENTS", case).values():
        assert np.isfinite(gradient).all()
