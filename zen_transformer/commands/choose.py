"""`zen-transformer choose`: prefer one of two texts of a GPT, and keep the choice."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from zen_transformer.commands.standard_input import DASH, given_texts
from zen_transformer.data.pipes import STANDARD_INPUT
from zen_transformer.data.preferences import (
    NEITHER,
    PreferenceRecord,
    append_preference,
    check_tokenizer,
    read_preferences,
)
from zen_transformer.data.splits import Corpus
from zen_transformer.errors import UserError, check_range
from zen_transformer.evaluation.ranking import Scorer
from zen_transformer.evaluation.scoring import make_scorer
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.decoding import Generator
from zen_transformer.inference.completions import (
    BATCH_SIZE,
    CompletionConfig,
    complete,
    draw_prompts,
)
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.printing import print

ANSWERS = {"1": 1, "2": 2, "=": NEITHER}
KEYS = "type 1 or 2 for the better one, = for neither, q to end"
Ask = Callable[[str, tuple[str, str]], int | None]
"""Takes a prompt and its two completions; returns 1, 2, 0 for neither, or None to end."""


@dataclass(frozen=True, kw_only=True)
class ChoosingConfig:
    """Who makes how many choices."""

    by: Literal["person", "form", "novelty"] = "person"
    """Who chooses: you, or the larger score (how nearly a form is kept, how little is copied from
    the training documents)."""
    pairs: int = 20
    """Number of choices to make."""
    seed: int = 0
    """Seed of the prompts and the texts."""
    form: Form = field(default_factory=Form)
    """The form of `--by form`."""

    def __post_init__(self):
        check_range("pairs", self.pairs, 1)
        check_range("seed", self.seed, 0)


def choose(
    prompt: Annotated[tuple[str, ...], Positional, arg(metavar="[PROMPT ...]")] = (),
    model: Path = Path("runs/gpt"),
    choices: Path = Path("runs/choices.jsonl"),
    choosing: Annotated[ChoosingConfig, arg(name="")] = ChoosingConfig(),
    corpus: tuple[str, ...] = (),
    corpus_held_out: float = 0.1,
    writing: Annotated[CompletionConfig, arg(name="")] = CompletionConfig(),
) -> int:
    """Choose the better of two texts of a GPT, again and again.

    Every choice is appended to a file at once, and the next call continues after those that are
    there; `prefer` teaches them to the model. A score can choose in place of a person.

    For example:

      zen-transformer choose "And the LORD" "Blessed is" --pairs 10
      zen-transformer choose --pairs 400 --by form --form.syllables 8 --choices runs/eight.jsonl

    Args:
        prompt: beginnings of texts, - for the lines of standard input; if none are given, those of
            lines of the training documents.
        model: a run's folder; or a folder in HuggingFace's layout, with prompts or a corpus given.
        choices: the file of choices.
        corpus: corpora that the prompts come from; those of the run, if not given.
        corpus_held_out: share of the documents that give no prompts; that of the run, if there is
            one.
    """
    by, seed = choosing.by, choosing.seed
    if choices == STANDARD_INPUT:
        raise UserError(
            "choices are appended to a file, standard input is none: name one, such as "
            "--choices runs/choices.jsonl"
        )
    if DASH in prompt:
        if by == "person":
            raise UserError(
                "a person answers on standard input: give the prompts in words, or choose --by form"
            )
        prompt = tuple(given.text for given in given_texts(prompt))
    network, tokenizer = load_gpt(model)
    known = read_preferences(choices) if choices.exists() else []
    check_tokenizer(known, tokenizer.fingerprint, choices)

    @cache
    def documents() -> Corpus:
        return find_training_corpus(model, corpus, corpus_held_out).load()

    count = len(known) + choosing.pairs
    prompts = prompt or draw_prompts(documents().train, writing.words, count, seed)
    remaining = [prompts[number % len(prompts)] for number in range(len(known), count)]
    ask: Ask
    if by == "person":
        ask, batch_size = _Person(), 1  # while a person thinks, nothing is generated ahead
    else:
        scorer = make_scorer(by, choosing.form, network, tokenizer, lambda: documents().train)
        ask, batch_size = _by_score(scorer), BATCH_SIZE // 2
    generator = Generator(network, [tokenizer.eos_id], pieces=tokenizer.vocab_size)
    complete_batch = partial(complete, generator, tokenizer, config=writing)
    completed = _complete_twice(complete_batch, remaining, seed + 2 * len(known), batch_size)
    added = 0
    for beginning, completions in completed:
        choice = ask(beginning, completions)
        if choice is None:
            break
        record = PreferenceRecord(beginning, completions, choice, by, tokenizer.fingerprint)
        append_preference(choices, record)
        added += 1
    print(f"{added} choices were added to {choices}, which has {len(known) + added} now")
    return added


def _complete_twice(
    complete_batch: Callable[..., list[str]], prompts: list[str], first_seed: int, batch_size: int
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each prompt with two completions, generated batch by batch when they are needed."""
    for start in range(0, len(prompts), batch_size):
        batch = prompts[start : start + batch_size]
        twice = [prompt for prompt in batch for _ in range(2)]
        texts = complete_batch(twice, first_seed=first_seed + 2 * start)
        yield from zip(batch, zip(texts[::2], texts[1::2], strict=True), strict=True)


def _by_score(scorer: Scorer) -> Ask:
    """Choose the text with the larger score."""

    def ask(prompt: str, texts: tuple[str, str]) -> int:
        first, second = scorer([prompt + text for text in texts])
        return NEITHER if first == second else 1 if first > second else 2

    return ask


class _Person:
    """Asks on the terminal, or takes the answers from standard input, a line each."""

    def __init__(self):
        self.lines = 0

    def __call__(self, prompt: str, texts: tuple[str, str]) -> int | None:
        print(f"\n{prompt} …")
        for number, text in enumerate(texts, start=1):
            print(f"  {number}  {text.strip()}")
        while True:
            print(f"[{KEYS}] ", end="", flush=True)
            line = self._line()
            if line in ANSWERS:
                return ANSWERS[line]
            if line is None or line == "q":
                return None
            mistake = f"{line!r:.20} is no answer: {KEYS}"
            if not _is_terminal():
                raise UserError(f"line {self.lines} of standard input: {mistake}")
            print(mistake)

    def _line(self) -> str | None:
        """The next line typed; None at the end of standard input.

        Raises:
            UserError: standard input is empty.
        """
        line = sys.stdin.readline() if sys.stdin else ""
        self.lines += 1
        if line:
            return line.strip()
        print()
        if self.lines == 1 and not _is_terminal():
            raise UserError(
                "nobody answers on standard input: choose on a terminal, give answers a line each, "
                "or let a score choose with --by novelty"
            )
        return None


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
