"""All that decides what a run gives, one dataclass per concern.

The command line is generated from these, a preset fills them in, and a run's `config.json`
keeps them.
"""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
from typeguard import TypeCheckError, check_type
from tyro.conf import Suppress

from zen_transformer.errors import UserError, check_range
from zen_transformer.layers.fused_attention import Implementation
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.pretrained import check_dtype
from zen_transformer.training.optimizer import OptimizerConfig

Config = TypeVar("Config")


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """How text is cut into pieces."""

    vocab_size: int = 30522
    """Pieces in the vocabulary."""
    alphabet_limit: int | None = None
    """Characters that become pieces, rarer ones are [UNK]; if not given, at least 1,000 and
    enough for 99.95% of the text."""
    lowercase: bool = True
    """Fold case, and drop accents."""
    tokenize_chinese_chars: bool = True
    """Make every Chinese character a word."""


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How a model is trained, whatever it learns."""

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
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    def __post_init__(self):
        counts = "steps evaluation_batches reports checkpoints keep_checkpoints microbatches"
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
class PretrainingConfig(TrainingConfig):
    """How BERT is pretrained."""

    lengths: tuple[int, ...] = (128,)
    """Tokens in a pair, [CLS] and both [SEP] included, stage by stage. Where a word has few
    neighbours, the ones that matter are found soon; they are then known in long texts too."""
    shares: tuple[float, ...] = (1.0,)
    """Part of the steps that each stage gets."""
    short_fraction: float = 0.1
    """Part of the pairs that is shorter than that, so that all lengths are met."""
    packing: bool = False
    """Put as many pairs into a row as fit; worth it where short_fraction makes many short."""
    masking_rate: float = 0.15
    """Part of the tokens to predict."""
    whole_words: bool = False
    """Mask all the pieces of a word or none."""

    def __post_init__(self):
        super().__post_init__()
        check_range("masking_rate", self.masking_rate, 0.01, 0.99)
        check_range("short_fraction", self.short_fraction, 0, 1)
        if len(self.lengths) != len(self.shares) or abs(sum(self.shares) - 1.0) > 1e-6:
            raise UserError(
                f"lengths are {self.lengths} and shares {self.shares}: give one share for each "
                "length, adding up to 1"
            )
        if min(self.lengths) < 5 or max(self.lengths) > self.batch_tokens:
            raise UserError(
                f"lengths are {self.lengths}: choose from 5 to batch_tokens, {self.batch_tokens}"
            )

    def stages(self) -> dict[int, int]:
        """Tokens in a pair, by the step from which on they are so many."""
        ends = np.cumsum(self.shares) * self.steps
        starts = [0, *(math.ceil(end) for end in ends[:-1])]
        return dict(zip(starts, self.lengths, strict=True))

    def length(self, step: int) -> int:
        """Tokens in the pairs of a step."""
        return [length for start, length in self.stages().items() if start <= step][-1]

    def rows(self, length: int) -> int:
        """Rows of a batch whose rows have this length."""
        return self.batch_tokens // length


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig:
    """How a classifier is trained."""

    epochs: int = 2
    """Times every example is seen."""
    min_steps: int = 0
    """Train at least so many steps: few examples are seen more often."""
    batch_size: int = 32
    """Texts in a batch."""
    max_length: int = 64
    """Longer texts are cut."""
    examples: tuple[int, ...] = ()
    """Also learn from only so many training examples, for a curve over their number."""
    pooling: Literal["cls", "mean", "max"] = "cls"
    """How the tokens' vectors become one."""
    dropout: float = 0.1
    """Dropout everywhere in the model."""
    seeds: int = 3
    """Repetitions, each with its own classifier, examples, order and dropout."""
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    def __post_init__(self):
        for name in ("epochs", "batch_size", "seeds"):
            check_range(name, getattr(self, name), 1)
        check_range("min_steps", self.min_steps, 0)
        for count in self.examples:
            check_range("examples", count, 1)
        check_range("max_length", self.max_length, 8)
        check_range("dropout", self.dropout, 0, 0.999)


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
class CorpusSettings:
    """What is read."""

    preset: str = "quickstart"
    """tiny, quickstart, small, base, chinese, gpt, or a file like them; what is given here besides
    goes on top."""
    corpus: tuple[str, ...] = ()
    """sotu, movie-reviews, chinese, kjv, web, text files (documents separated by blank lines), JSON
    lines, folders of those, or datasets:NAME from HuggingFace. With weights, as in sotu:3
    movie-reviews:1, this is how often each is drawn from; without, it goes by size."""


@dataclass(frozen=True, kw_only=True)
class TextSettings(CorpusSettings):
    """What is read, and what it is cut into."""

    tokenizer: TokenizerConfig = TokenizerConfig()


@dataclass(frozen=True, kw_only=True)
class PretrainSettings(TextSettings):
    """The same, and what learns from it, and how."""

    task: Literal["bert"] = "bert"
    """What is learnt: bert, masked words and next sentences; causal-lm, the next token, by a GPT;
    translation and couplets, one text of another, by an encoder–decoder. Each of these has settings
    of its own (`pretrain --task causal-lm --help`)."""
    seed: int = 0
    """Of everything random; the same seed gives the same run."""
    model: BertConfig = field(default_factory=BertConfig)
    """The shape of the BERT; its vocab_size follows the tokenizer."""
    pretraining: PretrainingConfig = PretrainingConfig()

    def __post_init__(self):
        check_range("seed", self.seed, 0)
        model = dataclasses.replace(self.model, vocab_size=self.tokenizer.vocab_size)
        object.__setattr__(self, "model", model)  # the value is written down once
        longest, positions = max(self.pretraining.lengths), self.model.max_position_embeddings
        if longest > positions:
            raise UserError(
                f"pairs of {longest} tokens were asked for, the model has {positions} positions: "
                "choose smaller pretraining.lengths or more model.max_position_embeddings"
            )


@dataclass(frozen=True, kw_only=True)
class RunSettings(PretrainSettings):
    """The same, and what the pretrained model is then used for."""

    data: str = "rotten-tomatoes"
    """Labelled texts to fine-tune on: rotten-tomatoes, chinese-reviews, or a CSV or JSON lines
    file with text and label."""
    finetuning: FinetuningConfig = FinetuningConfig()
    answers: AnswersConfig = AnswersConfig()


@dataclass(frozen=True, kw_only=True)
class FinetuneSettings:
    """A classifier from any pretrained model."""

    preset: str = "quickstart"
    """Whose settings these are; what is given here besides goes on top."""
    data: str = "rotten-tomatoes"
    """rotten-tomatoes, chinese-reviews, or a CSV or JSON lines file with text and label."""
    seed: int = 0
    """The first of the seeds."""
    finetuning: FinetuningConfig = FinetuningConfig()

    def __post_init__(self):
        check_range("seed", self.seed, 0)


def part(kind: type[Config], whole: RunSettings) -> Config:
    """Of a run's settings those that one of the other kinds has."""
    return kind(**{entry.name: getattr(whole, entry.name) for entry in dataclasses.fields(kind)})  # type: ignore[arg-type]


def changed(config: Config, values: dict[str, Any], source: str) -> Config:
    """The config with some of its fields, named as in TOML or JSON, set to other values.

    Raises:
        UserError: a field that does not exist, or a value that it does not take.
    """
    hints = get_type_hints(type(config))
    new: dict[str, Any] = {}
    for name, value in values.items():
        if name not in hints:
            raise UserError(f"{source}: unknown setting {name!r} (known here: {', '.join(hints)})")
        current = getattr(config, name)
        if dataclasses.is_dataclass(current):
            if not isinstance(value, dict):
                raise UserError(f"{source}: {name} is {value!r}, it has to be a group of settings")
            new[name] = changed(current, value, source)
        else:
            new[name] = _checked(name, _with_tuples(value), hints[name], source)
    return dataclasses.replace(config, **new)  # type: ignore[type-var]


def _with_tuples(value: Any) -> Any:
    """What a file has as lists."""
    if isinstance(value, dict):
        return {key: _with_tuples(entry) for key, entry in value.items()}
    return tuple(value) if isinstance(value, list) else value


KINDS = {
    int: "a whole number",
    float: "a number",
    str: "a word in quotes",
    bool: "true or false",
    tuple: "a list, as in [16, 64]",
    dict: "a group of lists",
}


def _checked(name: str, value: Any, hint: Any, source: str) -> Any:
    """The value, if it is of the type that the field is declared with."""
    try:
        if isinstance(value, bool) and hint is not bool:
            raise TypeCheckError("true is no number")
        return check_type(value, hint)
    except TypeCheckError as error:
        kind = get_origin(hint) or hint
        if kind is Literal:
            wanted = f"one of {', '.join(get_args(hint))}"
        elif kind is tuple and get_args(hint)[0] is str:
            wanted = 'a list of words in quotes, as in ["sotu"]'
        else:
            wanted = KINDS.get(kind, "a whole number, or left out")
        raise UserError(f"{source}: {name} is {value!r}: it must be {wanted}") from error
