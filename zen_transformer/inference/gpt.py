"""How a GPT continues a text: sampled, streamed, searched with beams, or within a form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from tyro.conf import arg

from zen_transformer.errors import check_count
from zen_transformer.generation.constraints.form_filter import FormGenerator
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import NO_TOKEN, Sampling
from zen_transformer.inference.completions import truncate_before
from zen_transformer.inference.decoding import DecodingConfig, TokenLimit, generate_rows
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.runs.memory import check_texts
from zen_transformer.tokenizers.base import Tokenizer

NEW_TOKENS = 60
"""Maximum number of tokens to generate, if nothing is said about it."""
SEED_STRIDE = 1_000_000
"""From one text in a form to the next: each uses a seed for every try of every line."""


@dataclass(frozen=True, kw_only=True)
class GenerationConfig(DecodingConfig):
    """How a text is continued."""

    OURS: ClassVar[Sampling] = Sampling(temperature=0.8, top_p=0.95)

    max_new_tokens: int | None = None
    """Maximum number of tokens to generate; if not given, what `max_length` leaves, or else 60."""
    stop: str | None = None
    """End a text where this comes; "\\n" ends it with the line."""
    samples: int | None = None
    """Number of texts, each with a seed of its own or, of beams, the likeliest; if not given, 1, or
    8 to rank."""
    tries: int = 32
    """Number of attempts at each line of a form; if all fail, the message says why."""
    sampling: Annotated[Sampling, arg(name="")] = OURS

    def __post_init__(self):
        super().__post_init__()
        check_count("samples", 1 if self.samples is None else self.samples, 1)


def generate_texts(
    model: GPTForCausalLM, tokenizer: Tokenizer, prompt: str, config: GenerationConfig, count: int
) -> list[str]:
    """Continue a prompt `count` times, with beams in the `count` likeliest ways that they find;
    each text includes the prompt. A text stops where the model's positions end; a line on standard
    error says so.

    Raises:
        UserError: an empty prompt, one that fills the model's positions, or more texts than beams.
    """
    ids = tokenizer.text_ids(prompt)
    limit = _limit(model, ids, config)
    check_texts(model.config, max(count, config.beams), len(ids) + limit.tokens)
    generator = _generator(model, tokenizer, config)
    rows = generate_rows(
        generator,
        ids,
        config,
        count,
        max_new_tokens=limit.tokens,
        padding=tokenizer.eos_id,
    )
    whole = [tokenizer.decode(row) for row in rows]
    texts = [truncate_before(text, config.stop) for text in whole]
    same = [
        row for row, text, all_of_it in zip(rows, texts, whole, strict=True) if text == all_of_it
    ]
    limit.tell_if_cut(same, generator.eos_token_ids)
    return [prompt + text for text in texts]


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
        max_new_tokens=min(config.max_new_tokens or NEW_TOKENS, model.config.n_positions // 3),
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
    read = tokenizer.text_ids(prompt)
    generator, limit = _generator(model, tokenizer, config), _limit(model, read, config)
    tokens = generator.stream(
        [read], config.sampling, max_new_tokens=limit.tokens, seeds=[config.seed]
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
            ids = []  # ended by `stop`
            break
    yield text[len(shown) :]
    limit.tell_if_cut([ids], generator.eos_token_ids)


def _generator(model: GPTForCausalLM, tokenizer: Tokenizer, config: GenerationConfig) -> Generator:
    ends = config.ends(tokenizer.eos_id, tokenizer.vocab_size)
    return Generator(model, ends, pieces=tokenizer.vocab_size)


def _limit(model: GPTForCausalLM, ids: list[int], config: GenerationConfig) -> TokenLimit:
    positions = model.config.n_positions
    asked = config.new_tokens(len(ids), NEW_TOKENS, positions)
    return TokenLimit(asked, room=positions - len(ids))
