"""All that decides what a training of an encoder–decoder gives."""

import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Self

from zen_transformer.errors import UserError, check_range
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.objectives.seq2seq import Bucket
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.tasks.task import TaskSettings


@dataclass(frozen=True, kw_only=True)
class Seq2SeqConfig(TrainingConfig):
    """How an encoder–decoder is trained, and what it is asked in the end."""

    lengths: tuple[int, ...] = (32, 48, 64)
    """Maximum numbers of tokens of the text that is read, its end included: a batch has pairs of
    one of these lengths, or a little shorter. Pairs that are longer than the last are left out."""
    target_lengths: tuple[int, ...] = (32, 48, 64)
    """Maximum numbers of tokens of the text that is written, one for each of lengths."""
    smoothing: float = 0.1
    """Label smoothing: the part of what is right that is spread over all tokens."""
    answers: int = 500
    """Held-out texts that the trained model is asked."""
    beams: int = 1
    """Beams with which it looks for its answers; 1 takes the likeliest token each time."""

    def __post_init__(self):
        super().__post_init__()
        check_range("smoothing", self.smoothing, 0, 0.999)
        check_range("answers", self.answers, 1)
        check_range("beams", self.beams, 1)
        sides = self.lengths, self.target_lengths
        if not self.lengths or len(sides[0]) != len(sides[1]):
            raise UserError(
                f"lengths are {sides[0]} and target_lengths {sides[1]}: give one of these for each "
                "of those"
            )
        if any(min(side) < 2 or list(side) != sorted(side) for side in sides):
            raise UserError(
                f"lengths are {sides[0]} and target_lengths {sides[1]}: choose from 2 on, and the "
                "shorter ones first"
            )
        if self.lengths[-1] + self.target_lengths[-1] > self.batch_tokens:
            raise UserError(
                f"a pair may have {self.lengths[-1] + self.target_lengths[-1]} tokens, a batch has "
                f"{self.batch_tokens}: choose more batch_tokens or smaller lengths"
            )

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The shapes of the batches; their tokens are those of both sides."""
        return tuple(
            Bucket(source, target, self.batch_tokens // (source + target))
            for source, target in zip(self.lengths, self.target_lengths, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class PairTokenizerConfig:
    """How both sides are cut into pieces of one vocabulary."""

    kind: Literal["bpe", "characters"] = "bpe"
    """Byte-level BPE, or every character a piece."""
    vocab_size: int = 50257
    """Pieces in the vocabulary; of characters, at most so many."""
    min_frequency: int = 1
    """Characters that occur less often are unknown."""


@dataclass(frozen=True, kw_only=True)
class Seq2SeqSettings(TaskSettings):
    """What is read, what learns from it, and how."""

    task: ClassVar[str] = "seq2seq"

    preset: str = "translation"
    """translation, xiehouyu, or a file like them; what is given here besides goes on top."""
    pairs: str = "bible"
    """bible, its verses in old and new English; xiehouyu, Chinese sayings in two parts, a riddle
    and its punchline; or a file with a pair a line and a tab between, or with the columns source
    and target (CSV, TSV, JSON or Parquet)."""
    scores: Literal["translation", "answers"] = "translation"
    """How what it writes is judged: by chrF and BLEU, beside copying the source; or by exact
    matches and the F1 of characters, beside the answer to the most similar source."""
    tokenizer: PairTokenizerConfig = PairTokenizerConfig()
    model: EncoderDecoderConfig = field(default_factory=EncoderDecoderConfig)
    """The shape of the model; its vocab_size follows the tokenizer."""
    pretraining: Seq2SeqConfig = Seq2SeqConfig()

    def __post_init__(self):
        super().__post_init__()
        longest = max(self.pretraining.lengths[-1], self.pretraining.target_lengths[-1])
        if longest > self.model.max_position_embeddings:
            raise UserError(
                f"texts of {longest} tokens were asked for, the model has "
                f"{self.model.max_position_embeddings} positions: choose smaller "
                "pretraining.lengths or more model.max_position_embeddings"
            )
        model = dataclasses.replace(self.model, vocab_size=self.tokenizer.vocab_size)
        object.__setattr__(self, "model", model)  # the value is written down once

    def with_positions(self, positions: int) -> Self:
        sides = self.pretraining.lengths, self.pretraining.target_lengths
        # Of buckets that become the same, one is left.
        pairs = zip(*([min(one, positions) for one in side] for side in sides), strict=True)
        lengths, target_lengths = zip(*dict.fromkeys(pairs), strict=True)
        return dataclasses.replace(
            self,
            model=dataclasses.replace(self.model, max_position_embeddings=positions),
            pretraining=dataclasses.replace(
                self.pretraining, lengths=lengths, target_lengths=target_lengths
            ),
        )

    @property
    def training(self) -> Seq2SeqConfig:
        """How the model is trained."""
        return self.pretraining
