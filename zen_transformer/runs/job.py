"""What a trainer trains: a model, its objective, its batches, and how it is measured on the way."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import jax
import numpy as np
from flax import nnx

from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import Objective, make_evaluation

Batch = dict[str, np.ndarray]


class Job(ABC):
    """A model with what it learns from.

    Args:
        network: the model, whose parameters are trained.
        objective: what is learnt.
        evaluated: the objective that held-out batches are measured by, if it is another one.
    """

    losses: ClassVar[tuple[str, ...]] = ()
    """Which of the held-out figures add up to the loss by which the best state is chosen."""
    progress: ClassVar[Mapping[str, str]] = {}
    """Metrics that the progress bar shows, and how each is abbreviated there."""

    def __init__(self, network: nnx.Module, objective: Objective, evaluated: Any = None):
        self.network: Any = network
        self.objective: Any = objective
        self.evaluation = jax.jit(make_evaluation(evaluated or objective))

    @abstractmethod
    def examples(self, step: int) -> int:
        """Number of rows in the batch of a step."""

    @abstractmethod
    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        """Rows of a step's batch; each follows from the seed, the step and its number."""

    def parameters(self) -> Any:
        """The network's parameters as a nested dict."""
        return nnx.to_pure_dict(nnx.state(self.network))

    def flops(self, step: int) -> float:
        """Floating-point operations of the matrix products for each token of a step, forward and
        backward; 0 where nobody counts them."""
        return 0.0

    def measure(self, parameters: Any, batches: Iterable[Batch], seed: int = 0) -> dict[str, float]:
        """Means of losses and metrics over batches, without dropout."""
        return evaluate(self.evaluation, parameters, batches, jax.random.key(seed))

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """A few held-out figures after a step; none, if nothing is held out."""
        return {}

    def measured_on(self, step: int) -> str:
        """What they are measured on: figures of different steps compare where this is the same."""
        return "held-out data"
