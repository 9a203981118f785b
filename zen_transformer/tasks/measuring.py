"""How well a trained model does on texts: figures of batches, by the objective it learnt by."""

from collections.abc import Iterable
from typing import Any

import jax
from flax import nnx

from zen_transformer.runs.job import Batch
from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import make_evaluation


def measure_batches(
    network: nnx.Module, objective: Any, batches: Iterable[Batch], seed: int = 0
) -> dict[str, float]:
    """Compute the means of losses and metrics over batches, without dropout.

    Args:
        network: the model.
        objective: for the model's structure.
        batches: what it is measured on.
        seed: of what is random in the objective, such as masks.
    """
    parameters = nnx.to_pure_dict(nnx.state(network))
    evaluation = jax.jit(make_evaluation(objective))
    return evaluate(evaluation, parameters, batches, jax.random.key(seed))
