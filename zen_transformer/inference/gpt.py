"""How a GPT continues a text: sampled, streamed, searched with beams, or within a form."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from tyro.conf import arg

from zen_transformer.errors import UserError, check_count
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.constraints.form_filter import FormGenerator
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import NO_TOKEN, Sampling
from zen_transformer.inference.completions import truncate_before
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.tokenizers.base import Tokenizer

DRAWING: dict[str, Any] = {"temperature": 0.8, "top_k": None, "top_p": 0.95, "min_p": None}
"""How the next token is drawn, if nothing else is said."""
SEED_STRIDE = 1_000_000
"""From one text in a form to the next: each uses a seed for every try of every line."""


@dataclass(frozen=True, kw_only=True)
class GenerationConfig:
    """How a text is continued."""

    max_new_tokens: int = 60
    """Maximum number of tokens to generate."""
    stop: str | None = None
    """End a text where this comes; "\\n" ends it with the line."""
    samples: int | None = None
    """Number of texts, each with a seed of its own or, of beams, the likeliest; if not given, 1, or
    8 to rank."""
    seed: int = 0
    """Seed of the first sample; the same seed gives the same text."""
    beams: int = 0
    """Number of beams of the search for the likeliest texts; 0 samples instead."""
    tries: int = 32
    """Number of attempts at each line of a form; if all fail, the message says why."""
    sampling: Annotated[Sampling, arg(name="")] = field(default_factory=lambda: Sampling(**DRAWING))

    def __post_init__(self):
        check_count("max_new_tokens", self.max_new_tokens, 1)
        check_count("samples", 1 if self.samples is None else self.samples, 1)
        check_count("beams", self.beams, 0)
        if self.beams:
            self._check_that_nothing_is_drawn("beams search for the likeliest texts")
        elif not self.sampling.do_sample:
            self._check_that_nothing_is_drawn("without do_sample the likeliest token is taken")

    def _check_that_nothing_is_drawn(self, why: str) -> None:
        for name, default in DRAWING.items():
            value = getattr(self.sampling, name)
            if value not in (default, getattr(Sampling, name)):
                raise UserError(f"{name} is {value}: {why}, nothing is drawn; leave {name} out")
        if self.seed:
            raise UserError(f"seed is {self.seed}: {why}, nothing is drawn; leave seed out")


def generate_texts(
    model: GPTForCausalLM, tokenizer: Tokenizer, prompt: str, config: GenerationConfig, count: int
) -> list[str]:
    """Continue a prompt `count` times, with beams in the `count` likeliest ways that they find;
    each text includes the prompt.

    Raises:
        UserError: an empty prompt, one that leaves no room for `max_new_tokens`, or more texts
            than beams.
    """
    generator = Generator(model, [tokenizer.eos_id], pieces=tokenizer.vocab_size)
    ids = tokenizer.text_ids(prompt)
    if config.beams:
        search = BeamSearch(
            num_beams=config.beams,
            num_return_sequences=count,
            max_new_tokens=config.max_new_tokens,
            eos_token_ids=generator.eos_token_ids,
            pad_token_id=tokenizer.eos_id,
        )
        processors = replace(config.sampling, do_sample=False)
        rows = generator.beam_search([ids], search, processors).token_ids[0].tolist()
    else:
        rows = generator.generate(
            [ids] * count,
            config.sampling,
            max_new_tokens=config.max_new_tokens,
            seeds=range(config.seed, config.seed + count),
        )
    return [prompt + truncate_before(tokenizer.decode(row), config.stop) for row in rows]


def generate_in_form(
    model: GPTForCausalLM,
    tokenizer: Tokenizer,
    prompt: str,
    form: Form,
    config: GenerationConfig,
    count: int,
) -> list[str]:
    """Continue a prompt `count` times within a form, of which the prompt is the beginning.

    Raises:
        UserError: the prompt breaks the form, or no try of a line keeps to it.
    """
    generator = FormGenerator(
        model=model,
        tokenizer=tokenizer,
        form=form,
        sampling=config.sampling,
        max_new_tokens=min(config.max_new_tokens, model.config.n_positions // 3),
        tries=config.tries,
    )
    seeds = (config.seed + number * SEED_STRIDE for number in range(count))
    return [generator.generate(prompt, seed) for seed in seeds]


def stream_text(
    model: GPTForCausalLM, tokenizer: Tokenizer, prompt: str, config: GenerationConfig
) -> Iterator[str]:
    """Continue a prompt once; yield the prompt and the text piece by piece as it is generated.

    What may still change is held back: a character of which not all bytes are there yet, and what
    may be the beginning of `stop`. Together the pieces are what `generate_texts` gives.
    """
    ids: list[int] = []
    text = shown = ""
    generator = Generator(model, [tokenizer.eos_id], pieces=tokenizer.vocab_size)
    tokens = generator.stream(
        [tokenizer.text_ids(prompt)],
        config.sampling,
        max_new_tokens=config.max_new_tokens,
        seeds=[config.seed],
    )
    for number, (token,) in enumerate(tokens):
        if number == 0:  # not before it is known that the prompt fits
            yield prompt
        ids += [int(token)] if token != NO_TOKEN else []
        whole = tokenizer.decode(ids)
        text = truncate_before(whole, config.stop)
        stable = text.rstrip("\ufffd")
        if config.stop and text == whole:
            stable = stable[: max(len(shown), len(stable) - len(config.stop) + 1)]
        yield stable[len(shown) :]
        shown = stable
        if text != whole:
            break
    yield text[len(shown) :]
