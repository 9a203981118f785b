"""BERT in NumPy, compared with JAX and with finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.finite_differences import check_gradient
from reference.pieces import error
from tiny import build, flat, tiny_batch, tiny_config

from zen_transformer import BertForPreTraining, WordPieceTokenizer
from zen_transformer.numpy_nn.bert_encoder import bert
from zen_transformer.numpy_nn.initialization import initial_parameters
from zen_transformer.numpy_nn.pretraining import pretraining_gradient, pretraining_loss
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.training.step import mean

TOKENIZER = WordPieceTokenizer.train(["a"], vocab_size=10)
SHAPES = [
    {},
    {"pooling": "mean", "hidden_act": "gelu_new", "num_attention_heads": 4},
    {"pooling": "max", "type_vocab_size": 3, "num_hidden_layers": 1, "layer_norm_eps": 0.1},
]


def masked_batch() -> dict[str, np.ndarray]:
    """A batch with masked tokens, one entry of which is unused."""
    rng = np.random.default_rng(0)
    return tiny_batch() | {
        "masked_positions": np.array([[0, 1], [2, 2], [1, 0]]),
        "masked_labels": rng.integers(0, 16, (3, 2)),
        "masked_weights": np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
        "next_sentence_label": np.array([0, 1, 1]),
    }


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.usefixtures("float64")
def test_loss_and_gradient_are_those_of_jax(shape):
    model = build(BertForPreTraining, dtype=jnp.float64, **shape)
    graph, state = nnx.split(model)
    parameters, batch = nnx.to_pure_dict(state), masked_batch()
    objective = PretrainingObjective(graph, TOKENIZER)

    @jax.jit
    @jax.value_and_grad
    def loss_and_gradient(parameters, batch):
        return sum(map(mean, objective(parameters, batch, None)[0].values()))

    loss, gradient = jax.device_get(loss_and_gradient(parameters, batch))
    parameters = jax.device_get(parameters)
    assert pretraining_loss(parameters, batch, model.config)["loss"] == pytest.approx(
        loss, rel=1e-12
    )
    ours, theirs = flat(pretraining_gradient(parameters, batch, model.config)), flat(gradient)
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert error(ours[name], expected) <= 1e-10, name


@pytest.mark.slow
def test_gradient_is_that_of_finite_differences():
    config, batch = tiny_config(), masked_batch()
    parameters = initial_parameters(config, np.random.default_rng(0))
    check_gradient(
        lambda: pretraining_loss(parameters, batch, config)["loss"],
        parameters,
        pretraining_gradient(parameters, batch, config),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_initial_weights_are_nested_as_in_jax(shape):
    config = tiny_config(**shape)
    ours = flat(initial_parameters(config, np.random.default_rng(0)))
    model = build(BertForPreTraining, **shape)
    theirs = flat(nnx.to_pure_dict(nnx.state(model)))
    assert {k: v.shape for k, v in ours.items()} == {k: v.shape for k, v in theirs.items()}
    for name, array in ours.items():
        if name.endswith(("bias", "scale")):
            np.testing.assert_array_equal(array, theirs[name])
    assert not ours["bert.embeddings.token.table"][config.pad_token_id].any()
    assert ours["bert.embeddings.token.table"][1:].std() == pytest.approx(0.5, rel=0.15)


def test_hidden_states_and_attentions_of_every_block():
    config, batch = tiny_config(), tiny_batch()
    parameters = initial_parameters(config, np.random.default_rng(0))["bert"]
    inputs = [batch[name] for name in ("input_ids", "attention_mask", "token_type_ids")]
    output = bert(parameters, *inputs, np.arange(6)[None], config)
    assert [state.shape for state in output.hidden_states] == [(3, 6, 8)] * 3
    assert [weights.shape for weights in output.attentions] == [(3, 2, 6, 6)] * 2
    for weights in output.attentions:
        np.testing.assert_allclose(weights.sum(-1), 1.0)
        hidden = ~batch["attention_mask"].astype(bool)
        assert not weights[np.broadcast_to(hidden[:, None, None], weights.shape)].any()
