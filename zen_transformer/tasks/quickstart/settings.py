"""All that decides what the whole way from text to answers gives."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Self

from tyro.conf import Suppress

from zen_transformer.errors import check_range
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.classification import ClassificationConfig
from zen_transformer.tasks.token_classification import TaggingConfig


@dataclass(frozen=True, kw_only=True)
class AnswersConfig:
    """What a finished run is asked. Nothing given: sentences of the held-out texts."""

    masked: tuple[str, ...] = ()
    """Sentences with [MASK], or with [MASK=word] where it is to be said whether the word was
    guessed."""
    tagged: str = ""
    """A sentence whose words are tagged."""
    texts: tuple[str, ...] = ()
    """Texts to classify."""
    attention: str = ""
    """A sentence whose attention is drawn."""
    words: Annotated[dict[str, tuple[str, ...]], Suppress] = field(default_factory=dict)
    """Groups of words whose vectors are drawn."""


@dataclass(frozen=True, kw_only=True)
class QuickstartSettings(BertSettings):
    """What is read, what learns from it, and what the pretrained model is then used for."""

    data: str = "rotten-tomatoes"
    """Labelled texts to fine-tune on: rotten-tomatoes, chinese-reviews, or a file (CSV, TSV, JSON
    or Parquet) with the columns text and label."""
    finetuning: ClassificationConfig = field(default_factory=ClassificationConfig)
    tagging: TaggingConfig = field(default_factory=TaggingConfig)
    """Sentences whose words have tags, to fine-tune on as well."""
    answers: AnswersConfig = AnswersConfig()
    minutes: float | None = None
    """Minutes that the training may take on this machine, fine-tuning included. pretraining.steps
    are fitted to them when the run begins, whatever they were, and stay so when it is gone on
    with."""

    def __post_init__(self):
        super().__post_init__()
        if self.minutes is not None:
            check_range("minutes", self.minutes, 0.01, 525_600)  # a year

    def with_positions(self, positions: int) -> Self:
        tagged = self.tagging.finetuning.with_longest(positions)
        return replace(
            super().with_positions(positions),
            finetuning=self.finetuning.with_longest(positions),
            tagging=replace(self.tagging, finetuning=tagged),
        )
