"""All that decides what a training of a GPT gives."""

import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar, Self

from zen_transformer.errors import UserError, check_range
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.tasks.corpus_text import CorpusSettings


@dataclass(frozen=True, kw_only=True)
class CausalLMConfig(TrainingConfig):
    """How a GPT is trained."""

    length: int = 128
    """Tokens that are read at once."""

    def __post_init__(self):
        super().__post_init__()
        check_range("length", self.length, 1)
        if self.length > self.batch_tokens:
            raise UserError(
                f"length is {self.length}: choose at most batch_tokens, {self.batch_tokens}"
            )

    @property
    def rows(self) -> int:
        """Texts in a batch."""
        return self.batch_tokens // self.length


@dataclass(frozen=True, kw_only=True)
class BytePairConfig:
    """How text is cut into pieces."""

    vocab_size: int = 50257
    """Pieces in the vocabulary; 256 of them are bytes, so that every text can be written."""


@dataclass(frozen=True, kw_only=True)
class GPTSettings(CorpusSettings):
    """What is read, what learns from it, and how."""

    task: ClassVar[str] = "causal-lm"

    preset: str = "gpt"
    """gpt, or a file like it; what is given here besides goes on top."""
    tokenizer: BytePairConfig = BytePairConfig()
    model: GPTConfig = field(default_factory=GPTConfig)
    """The shape of the GPT; its vocab_size follows the tokenizer."""
    pretraining: CausalLMConfig = CausalLMConfig()

    def __post_init__(self):
        super().__post_init__()
        model = dataclasses.replace(self.model, vocab_size=self.tokenizer.vocab_size)
        object.__setattr__(self, "model", model)  # the value is written down once
        if self.pretraining.length > self.model.n_positions:
            raise UserError(
                f"texts of {self.pretraining.length} tokens were asked for, the model has "
                f"{self.model.n_positions} positions: choose a smaller pretraining.length or more "
                "model.n_positions"
            )

    def with_positions(self, positions: int) -> Self:
        length = min(self.pretraining.length, positions)
        return dataclasses.replace(
            self,
            model=dataclasses.replace(self.model, n_positions=positions),
            pretraining=dataclasses.replace(self.pretraining, length=length),
        )

    @property
    def training(self) -> CausalLMConfig:
        """How the model is trained."""
        return self.pretraining
