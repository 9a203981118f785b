"""All that decides what becomes of a GPT and some choices."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from tyro.conf import Suppress, arg

from zen_transformer.errors import check_range
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.inference.completions import CompletionConfig
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.tasks.task import TaskSettings
from zen_transformer.training.optimizer import OptimizerConfig


@dataclass(frozen=True, kw_only=True)
class PreferenceConfig(TrainingConfig):
    """How a GPT learns from choices."""

    steps: int = 60
    """Training steps."""
    batch_tokens: int = 2048
    """Tokens in a batch, both texts of a pair counted, each as long as the longest of all."""
    held_out: float = 0.1
    """Part of the choices kept for evaluation."""
    evaluation_batches: int = 64
    """Windows of held-out text are measured on the way in an eighth of so many batches."""
    checkpoints: int = 2
    """Times the training's state is written; at most as often as there are reports."""
    dtype: Annotated[Literal["float32"], Suppress] = "float32"
    beta: float = 0.1
    """β: how dearly it is paid for to go away from the model as it was."""
    optimizer: OptimizerConfig = field(
        default_factory=lambda: OptimizerConfig(learning_rate=5e-5, weight_decay=0.0)
    )

    def __post_init__(self):
        super().__post_init__()
        check_range("beta", self.beta, 1e-6)


@dataclass(frozen=True, kw_only=True)
class MeasuringConfig:
    """How it is measured what the model writes, before and after."""

    prompts: int = 100
    """Held-out prompts."""
    samples: int = 16
    """Texts for each of them, with seeds of their own."""

    def __post_init__(self):
        check_range("prompts", self.prompts, 2)
        check_range("samples", self.samples, 1)


@dataclass(frozen=True, kw_only=True)
class PreferenceSettings(TaskSettings):
    """What is learnt from choices, and how that is measured."""

    task: ClassVar[str] = "preference"

    preset: Annotated[str, Suppress] = ""
    choices: str = "runs/choices.jsonl"
    """The file that `zen-transformer choose` keeps choices in, or - for standard input."""
    by: Literal["choices", "form", "novelty"] = "choices"
    """What scores the texts: a reward model trained on the choices to learn from, how nearly a form
    is kept, or how little is copied from what was learnt from."""
    seed: int = 0
    """Of the batches, the prompts and the texts."""
    corpus: tuple[str, ...] = ()
    """Whose held-out documents are measured on; that of the model's run, if not given."""
    corpus_held_out: float = 0.1
    """The part of them that is held out; that of the model's run, if there is one."""
    form: Form = field(default_factory=Form)
    """The form of `--by form`."""
    writing: Annotated[CompletionConfig, arg(name="")] = field(default_factory=CompletionConfig)
    measuring: MeasuringConfig = MeasuringConfig()
    tuning: Annotated[PreferenceConfig, arg(name="")] = field(default_factory=PreferenceConfig)

    @property
    def training(self) -> PreferenceConfig:
        """How the model is trained."""
        return self.tuning
