"""The textbook trains where JAX is not installed."""

import subprocess
import sys

import pytest

CODE = """
import sys
sys.modules.update(dict.fromkeys(("jax", "jaxlib", "flax", "optax", "torch")))
import numpy as np
from zen_transformer import BertConfig
from zen_transformer.numpy_nn.initialization import initial_parameters
from zen_transformer.numpy_nn.optimizer import OptimizerConfig
from zen_transformer.numpy_nn.pretraining import train

config = BertConfig(
    vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12,
    max_position_embeddings=6,
)
ids = np.random.default_rng(0).integers(0, 20, (4, 6))
batch = {
    "input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": ids % 2,
    "masked_positions": ids[:, :2] % 6, "masked_labels": ids[:, 2:4],
    "masked_weights": np.ones((4, 2)), "next_sentence_label": ids[:, 0] % 2,
}
parameters = initial_parameters(config, np.random.default_rng(0))
optimizer = OptimizerConfig(learning_rate=0.05, warmup=0.0)
trained = train(parameters, lambda step: batch, 20, config, optimizer)
losses = [losses_before["loss"] for _, losses_before in trained]
assert losses[-1] < losses[0] / 2, losses
"""


@pytest.mark.slow
def test_it_trains_without_jax():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
