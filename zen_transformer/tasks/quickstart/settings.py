"""All that decides what the whole way from text to answers gives."""

from dataclasses import dataclass, field
from typing import Annotated

from tyro.conf import Suppress

from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.classification import ClassificationConfig


@dataclass(frozen=True, kw_only=True)
class AnswersConfig:
    """What a finished run is asked. Nothing given: sentences of the held-out texts."""

    masked: tuple[str, ...] = ()
    """Sentences with [MASK]."""
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
    """Labelled texts to fine-tune on: rotten-tomatoes, chinese-reviews, or a CSV or JSON lines
    file with text and label."""
    finetuning: ClassificationConfig = field(default_factory=ClassificationConfig)
    answers: AnswersConfig = AnswersConfig()
