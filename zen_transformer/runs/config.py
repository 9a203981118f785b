"""How a model is trained, whatever it learns."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from zen_transformer.errors import UserError, check_range
from zen_transformer.layers.fused_attention import Implementation
from zen_transformer.models.pretrained import check_dtype
from zen_transformer.training.optimizer import OptimizerConfig


@dataclass(frozen=True, kw_only=True)
class ComputeConfig:
    """How a training step is computed, and what it changes."""

    bfloat16: bool = False
    """Compute in bfloat16, where the machine is made for it; the parameters stay as they are."""
    attention: Implementation = "explicit"
    """How attention is computed: by the equation as it is written, or in one piece, by xla or cudnn
    (on NVIDIA's GPUs, in bfloat16); these need a dropout of the attention weights of 0."""
    microbatches: int = 1
    """Compute a batch in so many parts, one after the other, and add up: the same step in less
    memory."""
    rematerialize: bool = False
    """Keep less for the gradient and compute it again: the same step in less memory."""
    trainable: str | None = None
    """Train only the parameters in whose names this regular expression is found, such as
    classifier or layers/1/; all others stay as they are and need no optimizer memory. If not given,
    all are trained."""
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    def __post_init__(self):
        check_range("microbatches", self.microbatches, 1)
        if self.trainable is not None:
            try:
                re.compile(self.trainable)
            except re.error as error:
                raise UserError(
                    f"trainable is {self.trainable!r}, which is no regular expression: {error}"
                ) from error

    @property
    def is_trainable(self) -> Callable[[str], bool] | None:
        """The predicate on names of parameters; None for all."""
        if self.trainable is None:
            return None
        pattern = re.compile(self.trainable)
        return lambda name: pattern.search(name) is not None


@dataclass(frozen=True, kw_only=True)
class ScheduleConfig:
    """How long a training takes, and what it tells and keeps on its way."""

    steps: int = 10_000
    """Training steps."""
    batch_tokens: int = 2048
    """Tokens in a batch: the shorter its texts, the more of them."""
    held_out: float = 0.1
    """Part of the documents kept for evaluation."""
    evaluation_batches: int = 256
    """Batches of the last evaluation; those on the way have an eighth of them."""
    reports: int = 100
    """Lines of metrics over the training; every tenth comes with an evaluation."""
    checkpoints: int = 50
    """Times the training's state is written; at most as often as there are reports."""
    keep_checkpoints: int = 2
    """The newest states that are kept, besides the best."""
    dtype: Literal["float32", "float64"] = "float32"
    """Of the parameters and all that is computed; float64 needs JAX_ENABLE_X64=1."""

    def __post_init__(self):
        counts = "steps evaluation_batches reports checkpoints keep_checkpoints"
        for name in counts.split():
            check_range(name, getattr(self, name), 1)
        check_dtype(self.dtype)
        check_range("held_out", self.held_out, 0, 0.9)

    @property
    def report_every(self) -> int:
        """Steps from one line of the metrics to the next."""
        return max(1, self.steps // self.reports)

    @property
    def save_every(self) -> int:
        """Reports from one checkpoint to the next."""
        return max(1, self.reports // self.checkpoints)


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(ComputeConfig, ScheduleConfig):
    """How a model is trained."""

    def __post_init__(self):
        ScheduleConfig.__post_init__(self)
        ComputeConfig.__post_init__(self)

    @property
    def tokens_at_once(self) -> int:
        """Tokens of a batch, or of each of its parts."""
        return self.batch_tokens // self.microbatches
