"""How a pretrained model is fine-tuned: budget, seeds, and the learning rate of each variant."""

import dataclasses
from dataclasses import dataclass, field
from typing import Annotated, Self

from tyro.conf import Suppress

from zen_transformer.errors import UserError, check_range
from zen_transformer.runs.config import ComputeConfig, TrainingConfig


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig(ComputeConfig):
    """How a pretrained model is fine-tuned."""

    epochs: int = 2
    """Times every example is seen."""
    min_steps: int = 0
    """Minimum number of steps: few examples are seen more often."""
    batch_size: int = 32
    """Texts in a batch."""
    max_length: int = 64
    """Maximum number of tokens; longer texts are cut."""
    examples: tuple[int, ...] = ()
    """Also learn from only so many training examples, for a curve over their number; numbers larger
    than there are examples are left out."""
    dropout: float = 0.1
    """Dropout everywhere in the model."""
    seeds: int = 3
    """Repetitions, each with its own new layers, examples, order and dropout."""
    all_seeds: int | None = None
    """Repetitions on all examples, 0 for none; as many as seeds, if neither an option nor the
    preset says."""
    candidates: tuple[float, ...] = ()
    """Learning rates of which each variant gets the one that is best on the validation data, for
    each number of examples. If none are given, all have that of the optimizer, times a variant's
    factor in the preset."""
    tuning_seeds: int = 2
    """Repetitions of each training that a learning rate is chosen by; their seeds are others than
    those of the results."""
    rate_factors: Annotated[dict[str, float], Suppress] = field(default_factory=dict)
    """Factors of the optimizer's learning rate for single variants, by their names; where there are
    candidates, they decide."""
    checkpoints: int = 2
    """Times the state of each training is written; it is removed when the training is finished."""

    def __post_init__(self):
        super().__post_init__()
        for name in ("epochs", "batch_size", "seeds", "tuning_seeds", "checkpoints"):
            check_range(name, getattr(self, name), 1)
        if self.all_seeds is not None:
            check_range("all_seeds", self.all_seeds, 0)
        if self.all_seeds == 0 and not self.examples:
            raise UserError("all_seeds is 0 and examples are none: choose one of the two")
        check_range("min_steps", self.min_steps, 0)
        for count in self.examples:
            check_range("examples", count, 1)
        check_range("max_length", self.max_length, 8)
        check_range("dropout", self.dropout, 0, 0.999)
        for rate in (*self.candidates, *self.rate_factors.values()):
            if rate <= 0:
                raise UserError(f"a learning rate, or its factor, is {rate}: it has to be above 0")

    def with_longest(self, longest: int) -> Self:
        """The same with texts that are no longer than this."""
        return dataclasses.replace(self, max_length=min(self.max_length, longest))

    def steps(self, count: int) -> int:
        """Steps in which so many examples are learnt from."""
        return max(self.min_steps, self.epochs * -(-count // self.batch_size))

    def repetitions(self, everything: bool) -> int:
        """Number of seeds, on all examples or on fewer."""
        return self.all_seeds if everything and self.all_seeds is not None else self.seeds

    def training(self, count: int, learning_rate: float | None = None) -> TrainingConfig:
        """The training on so many examples, with the optimizer's learning rate or another one."""
        compute = {name: getattr(self, name) for name in ComputeConfig.__dataclass_fields__}
        if learning_rate is not None:
            compute["optimizer"] = dataclasses.replace(self.optimizer, learning_rate=learning_rate)
        return TrainingConfig(
            steps=self.steps(count),
            batch_tokens=self.batch_size * self.max_length,
            reports=20,
            checkpoints=self.checkpoints,
            keep_checkpoints=1,
            **compute,
        )
