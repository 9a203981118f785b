"""How a model's folder and a person say that texts are generated, and generating them so."""

import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from tyro.conf import Suppress, arg

from zen_transformer.errors import UserError, check_count, check_finite
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import Sampling
from zen_transformer.printing import print

DRAWING = ("temperature", "top_k", "top_p", "min_p")
"""Settings that matter only where the next token is drawn."""
SEARCHING = ("length_penalty", "early_stopping")
"""Settings that matter only where beams are searched."""


@dataclass(frozen=True, kw_only=True)
class DecodingConfig:
    """How a text is generated.

    Raises:
        UserError: a value out of range, or one that was chosen and would have no effect.
    """

    OURS: ClassVar[Sampling] = Sampling(do_sample=False)
    """How the next token is chosen, if neither the folder nor a person says it."""

    max_new_tokens: int | None = None
    """Maximum number of tokens to generate; if not given, what `max_length` leaves, or else as many
    as the model has positions."""
    max_length: int | None = None
    """Maximum number of tokens of the text, the prompt included."""
    seed: int = 0
    """Seed of the first text; the same seed gives the same text."""
    beams: int = 0
    """Number of beams of the search for the likeliest texts; 0 takes one token after the other."""
    length_penalty: float = 1.0
    """For beams: above 0 favours long texts, below 0 short ones."""
    early_stopping: bool | Literal["never"] = False
    """For beams: True stops with the first texts that end, "never" only where no better one can
    come."""
    eos_token_ids: tuple[int, ...] = ()
    """Ids that end a text; the tokenizer's, if not given."""
    sampling: Annotated[Sampling, arg(name="")] = OURS
    usual: Annotated[Any, Suppress] = None
    """Values that the model's folder says, by name; like our own defaults they may be without
    effect."""

    def __post_init__(self):
        check_finite(self)
        for name in ("max_new_tokens", "max_length"):
            if getattr(self, name) is not None:
                check_count(name, getattr(self, name), 1)
        check_count("beams", self.beams, 0)
        if self.beams:
            self.search((), 0, max_new_tokens=1, count=1)  # checks the values
            self._check_that_nothing_is_drawn("beams search for the likeliest texts")
        else:
            self._check_without_effect("beams is 0", SEARCHING, self, type(self))
            if not self.sampling.do_sample:
                self._check_that_nothing_is_drawn("without do_sample the likeliest token is taken")

    def _check_that_nothing_is_drawn(self, why: str) -> None:
        why += ", nothing is drawn"
        self._check_without_effect(why, DRAWING, self.sampling, Sampling, self.OURS)
        if self.sampling.do_sample and not self._usual("do_sample", self.OURS):
            raise UserError(f"do_sample is True: {why}; leave do_sample out, or set beams to 0")
        if self.seed:
            raise UserError(f"seed is {self.seed}: {why}; leave seed out")

    def _check_without_effect(
        self, why: str, names: Sequence[str], settings: Any, neutral: Any, ours: Any = None
    ) -> None:
        for name in names:
            value = getattr(settings, name)
            if value not in (self._usual(name, ours or neutral), getattr(neutral, name)):
                raise UserError(f"{name} is {value}: {why}; leave {name} out")

    def _usual(self, name: str, ours: Any) -> Any:
        return (self.usual or {}).get(name, getattr(ours, name))

    def new_tokens(self, prompt_length: int, otherwise: int, positions: int) -> int:
        """The maximum number of tokens to generate, whether the model has room for them or not.

        Args:
            prompt_length: number of tokens of the prompt.
            otherwise: the maximum, where neither `max_new_tokens` nor `max_length` says it.
            positions: those of the model, for which `max_length` may be too large.

        Raises:
            UserError: the prompt is as long as `max_length`.
        """
        if self.max_new_tokens is not None:
            return self.max_new_tokens
        if self.max_length is None:
            return otherwise
        room = min(self.max_length, positions) - prompt_length
        if room < 1:
            raise UserError(
                f"max_length is {self.max_length}, and the prompt has {prompt_length} tokens: "
                "shorten it, or give max_new_tokens, which is counted without the prompt"
            )
        return room

    def ends(self, eos_token_id: int, vocab_size: int) -> tuple[int, ...]:
        """The ids that end a text: those of `eos_token_ids` that the tokenizer has, or its own."""
        known = tuple(token for token in self.eos_token_ids if token < vocab_size)
        return known or (eos_token_id,)

    def search(
        self, ends: tuple[int, ...], padding: int, *, max_new_tokens: int, count: int
    ) -> BeamSearch:
        """The settings of the search for `count` texts."""
        return BeamSearch(
            num_beams=self.beams,
            num_return_sequences=count,
            length_penalty=self.length_penalty,
            early_stopping=self.early_stopping,
            max_new_tokens=max_new_tokens,
            eos_token_ids=ends,
            pad_token_id=padding,
        )


class TokenLimit(NamedTuple):
    """How many tokens are generated at most: as many as were asked for, or those for which the
    model has positions."""

    asked: int
    """Number that was asked for."""
    room: int
    """Number of positions that the model has for them."""

    @property
    def tokens(self) -> int:
        """The maximum. Without any room it is 1, which is then refused with the prompt's length."""
        return max(1, min(self.asked, self.room))

    def tell_if_cut(self, rows: Iterable[Sequence[int]], ends: Collection[int]) -> None:
        """Say on standard error that texts had to stop where the model's positions end.

        Args:
            rows: the tokens of each text, with the one that ends it.
            ends: tokens that end a text.
        """
        full = [row for row in rows if len(row) == self.tokens and row[-1] not in ends]
        if full and self.room < self.asked:
            print(
                f"stopped after {self.tokens} of {self.asked} tokens, where the model's positions "
                "end",
                file=sys.stderr,
            )


def generate_rows(
    generator: Generator,
    prompt: Sequence[int],
    config: DecodingConfig,
    count: int,
    *,
    max_new_tokens: int,
    padding: int,
) -> list[list[int]]:
    """Generate `count` rows of tokens for one prompt, with the tokens that end them.

    Args:
        generator: of the model, with the ids that end a text.
        prompt: what the generator takes.
        config: how they are generated.
        count: number of rows, with beams at most as many as these.
        max_new_tokens: maximum number of tokens to generate.
        padding: the token behind the end of a row, if beams are searched.

    Raises:
        UserError: as the generator's methods.
    """
    if not config.beams:
        seeds = range(config.seed, config.seed + count)
        prompts = [list(prompt)] * count
        return generator.generate(
            prompts, config.sampling, keep_ends=True, max_new_tokens=max_new_tokens, seeds=seeds
        )
    search = config.search(
        generator.eos_token_ids, padding, max_new_tokens=max_new_tokens, count=count
    )
    processors = replace(config.sampling, do_sample=False)
    return generator.beam_search([list(prompt)], search, processors).token_ids[0].tolist()
