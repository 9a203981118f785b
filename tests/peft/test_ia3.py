"""IA³ without the PEFT library."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from zen_transformer import BertConfig, BertForSequenceClassification
from zen_transformer.layers.linear import Linear
from zen_transformer.models.pretrained import flat_parameters
from zen_transformer.peft.adapter import attach
from zen_transformer.peft.ia3 import Ia3Linear
from zen_transformer.peft.ia3_config import Ia3Config

IDS = np.arange(12).reshape(2, 6)


def model() -> BertForSequenceClassification:
    config = BertConfig(
        vocab_size=20,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=12,
        max_position_embeddings=8,
    )
    return BertForSequenceClassification(config, rngs=nnx.Rngs(0), dtype=jnp.float64)


@pytest.mark.parametrize("side", ["input", "output"])
def test_one_row_by_hand(float64, side):
    base = Linear(2, 1, stddev=1.0, rngs=nnx.Rngs(0), dtype=jnp.float64)
    base.kernel.set_value(jnp.array([[1.0], [2.0]]))
    base.bias.set_value(jnp.array([5.0]))
    module = Ia3Linear(base, side)
    module.factors.set_value(jnp.array([3.0, 10.0] if side == "input" else [3.0]))
    # (1·3)·1 + (1·10)·2 + 5 = 28, or (1 + 2 + 5)·3 = 24
    np.testing.assert_array_equal(module(jnp.ones((1, 2))), [[28.0 if side == "input" else 24.0]])


def test_at_first_it_changes_nothing_and_merged_it_is_the_same(float64):
    changed, before = model(), np.asarray(model()(IDS).logits)
    adapter = attach(changed, Ia3Config(modules_to_save=("classifier",)), rngs=nnx.Rngs(1))
    np.testing.assert_array_equal(changed(IDS).logits, before)
    assert {module.side for module in adapter.modules.values()} == {"input", "output"}
    rng = np.random.default_rng(0)
    trained = [
        path for path in flat_parameters(changed) if adapter.trainable(path.replace(".", "/"))
    ]
    assert {path.rpartition(".")[2] for path in trained} == {"factors", "kernel", "bias"}
    for path, leaf in flat_parameters(changed).items():
        if path.endswith("factors"):
            leaf.set_value(leaf[...] + rng.normal(size=leaf.shape))
    expected = np.asarray(changed(IDS).logits)
    assert np.abs(expected - before).max() > 1e-6
    with adapter.switched_off():
        np.testing.assert_array_equal(changed(IDS).logits, before)
    adapter.merge()
    np.testing.assert_allclose(changed(IDS).logits, expected, rtol=1e-10, atol=1e-12)
