"""All that decides what a pretraining of BERT gives."""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Self

import numpy as np

from zen_transformer.errors import UserError, check_range
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.tasks.corpus_text import CorpusSettings, WordPieceConfig


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
    """Part of the tokens to predict, in the last stage and in held-out texts."""
    early_masking_rate: float | None = None
    """Part of the tokens to predict in the stages before the last: more, while little is known and
    every one of them teaches something; the same, if not given."""
    whole_words: bool = False
    """Mask all the pieces of a word or none."""
    shift_positions: bool = False
    """Let the positions of a pair begin anywhere up to where the longest pairs of the training end,
    instead of at 0: those of long pairs are then known before long pairs come."""
    start: Literal["random", "word-vectors"] = "random"
    """What the token table starts as. word-vectors: the truncated SVD of how often pieces stand
    near each other, more often than by chance; the bias of the masked-word head then starts as the
    logarithm of the pieces' frequencies."""
    attention_start: Literal["random", "neighbors"] = "random"
    """What the first block's attention starts as. neighbors: its first four heads look at the
    tokens one and two places before and behind; positions start as the sinusoids that this takes,
    in entries that the token vectors leave to them."""

    def __post_init__(self):
        super().__post_init__()
        check_range("masking_rate", self.masking_rate, 0.01, 0.99)
        if self.early_masking_rate is not None:
            check_range("early_masking_rate", self.early_masking_rate, 0.01, 0.99)
        check_range("short_fraction", self.short_fraction, 0, 1)
        if self.shift_positions and self.packing:
            raise UserError("packed rows count their own positions: shift_positions or packing")
        if len(self.lengths) != len(self.shares) or abs(sum(self.shares) - 1.0) > 1e-6:
            raise UserError(
                f"lengths are {self.lengths} and shares {self.shares}: give one share for each "
                "length, adding up to 1"
            )
        if min(self.lengths) < 5 or max(self.lengths) > self.batch_tokens:
            raise UserError(
                f"lengths are {self.lengths}: choose from 5 to batch_tokens, {self.batch_tokens}"
            )

    def with_longest(self, longest: int) -> Self:
        """The same with pairs that are no longer than this; stages of the same length become
        one."""
        shares: dict[int, float] = {}
        for length, share in zip(self.lengths, self.shares, strict=True):
            shares[min(length, longest)] = shares.get(min(length, longest), 0.0) + share
        return dataclasses.replace(self, lengths=tuple(shares), shares=tuple(shares.values()))

    def stages(self) -> dict[int, int]:
        """Tokens in a pair, by the step from which on they are so many."""
        ends = np.cumsum(self.shares) * self.steps
        starts = [0, *(math.ceil(end) for end in ends[:-1])]
        return dict(zip(starts, self.lengths, strict=True))

    def length(self, step: int) -> int:
        """Tokens in the pairs of a step."""
        return [length for start, length in self.stages().items() if start <= step][-1]

    def masking_rate_of(self, length: int) -> float:
        """Part of the tokens to predict in pairs of a length that is trained on."""
        early = self.early_masking_rate
        return self.masking_rate if early is None or length == self.lengths[-1] else early

    def rows(self, length: int) -> int:
        """Rows of a batch whose rows have this length."""
        return self.batch_tokens // length


@dataclass(frozen=True, kw_only=True)
class BertSettings(CorpusSettings):
    """What is read, what learns from it, and how."""

    task: ClassVar[str] = "bert"

    preset: str = "quickstart"
    """tiny, quickstart, small, gpu, base, chinese, or a file like them; what is given here besides
    goes on top."""
    tokenizer: WordPieceConfig = field(default_factory=WordPieceConfig)
    model: BertConfig = field(default_factory=BertConfig)
    """The shape of the BERT; its vocab_size follows the tokenizer."""
    pretraining: PretrainingConfig = PretrainingConfig()

    def __post_init__(self):
        super().__post_init__()
        model = dataclasses.replace(self.model, vocab_size=self.tokenizer.vocab_size)
        object.__setattr__(self, "model", model)  # the value is written down once
        if model.type_vocab_size < 2:
            raise UserError(
                "model.type_vocab_size is 1: a pair has two segments, each with a vector of its "
                "own; choose 2"
            )
        longest, positions = max(self.pretraining.lengths), self.model.max_position_embeddings
        if longest > positions:
            raise UserError(
                f"pairs of {longest} tokens were asked for, the model has {positions} positions: "
                "choose smaller pretraining.lengths or more model.max_position_embeddings"
            )

    def with_positions(self, positions: int) -> Self:
        return dataclasses.replace(
            self,
            model=dataclasses.replace(self.model, max_position_embeddings=positions),
            pretraining=self.pretraining.with_longest(positions),
        )

    @property
    def training(self) -> PretrainingConfig:
        """How the model is trained."""
        return self.pretraining
