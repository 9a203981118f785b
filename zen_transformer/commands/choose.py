"""`zen-transformer choose`: which of two texts is the better one? The choices are kept."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from zen_transformer.data.preferences import (
    NEITHER,
    PreferenceRecord,
    check_tokenizer,
    keep_choice,
    read_choices,
)
from zen_transformer.errors import UserError, check_range
from zen_transformer.evaluation.ranking import Score
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.inference.loading import load_gpt
from zen_transformer.tasks.material import ROWS, Material, corpus_of
from zen_transformer.tasks.preference_settings import WritingConfig

ANSWERS = {"1": 1, "2": 2, "=": NEITHER}
WAYS = "type 1 or 2 for the better one, = for neither, q to end"
Ask = Callable[[str, tuple[str, str]], int | None]
"""Of a prompt and two texts with it: 1, 2, 0 for neither, or None to end."""


def choose(
    prompt: Positional[tuple[str, ...]] = (),
    model: Path = Path("runs/gpt"),
    choices: Path = Path("runs/choices.jsonl"),
    by: Literal["person", "form", "novelty"] = "person",
    pairs: int = 20,
    seed: int = 0,
    corpus: tuple[str, ...] = (),
    corpus_held_out: float = 0.1,
    form: Form = Form(),
    writing: Annotated[WritingConfig, arg(name="")] = WritingConfig(),
) -> int:
    """Say which of two texts of a GPT is the better one, again and again.

    Every choice is added to a file at once, and the next call goes on behind those that are there;
    `prefer` teaches them to the model. A score may choose in place of a person.

    For example:

      zen-transformer choose "And the LORD" "Blessed is" --pairs 10
      zen-transformer choose --pairs 400 --by form --form.syllables 8 --choices runs/eight.jsonl

    Args:
        prompt: beginnings; if there are none, those of lines of the documents learnt from.
        model: a run's folder; or a folder in HuggingFace's layout, with prompts or a corpus given.
        choices: the file that they are kept in.
        by: who chooses: you, or the score that is larger (how nearly a form is kept, how little is
            copied from what was learnt from).
        pairs: choices to make.
        seed: of the prompts and the texts.
        corpus: what the prompts come from; that of the run, if not given.
        corpus_held_out: part of its documents that give none; that of the run, if there is one.
        form: of `--by form`.
    """
    check_range("pairs", pairs, 1)
    check_range("seed", seed, 0)
    network, tokenizer = load_gpt(model)
    known = read_choices(choices) if choices.exists() else []
    check_tokenizer(known, tokenizer.fingerprint, choices)
    alone = prompt and by != "novelty"  # no documents are needed
    whence = ((), 0.0) if alone else corpus_of(model, corpus, corpus_held_out)
    material = Material(network, tokenizer, *whence)
    count = len(known) + pairs
    prompts = prompt or material.prompts(False, writing.words, count, seed)
    asked = [prompts[number % len(prompts)] for number in range(len(known), count)]
    written = _written(material, asked, writing, seed + 2 * len(known), by)
    ask = _Person() if by == "person" else _by_score(material.score(by, form))
    made = _make(written, ask, choices, by, tokenizer.fingerprint)
    print(f"{made} choices were added to {choices}, which has {len(known) + made} now")
    return made


def _written(
    material: Material, asked: list[str], writing: WritingConfig, first_seed: int, by: str
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Two texts to each prompt; while a person thinks, nothing is written ahead."""
    writer, together = material.writer(material.network), 1 if by == "person" else ROWS // 2
    for at in range(0, len(asked), together):
        some = asked[at : at + together]
        rows = [prompt for prompt in some for _ in range(2)]
        texts = material.write(writer, rows, writing, first_seed + 2 * at)
        yield from zip(some, zip(texts[::2], texts[1::2], strict=True), strict=True)


def _make(
    written: Iterator[tuple[str, tuple[str, str]]], ask: Ask, path: Path, by: str, tokenizer: str
) -> int:
    """Ask, and keep each answer before the next question; how many there were."""
    made = 0
    for prompt, texts in written:
        choice = ask(prompt, texts)
        if choice is None:
            break
        keep_choice(path, PreferenceRecord(prompt, texts, choice, by, tokenizer))
        made += 1
    return made


def _by_score(score: Score) -> Ask:
    """The text with the larger score."""

    def ask(prompt: str, texts: tuple[str, str]) -> int:
        first, second = score([prompt + text for text in texts])
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
            print(f"[{WAYS}] ", end="", flush=True)
            line = self._line()
            if line in ANSWERS:
                return ANSWERS[line]
            if line is None or line == "q":
                return None
            mistake = f"{line!r:.20} is no answer: {WAYS}"
            if not _is_terminal():
                raise UserError(f"line {self.lines} of standard input: {mistake}")
            print(mistake)

    def _line(self) -> str | None:
        """What is typed; None at the end of standard input."""
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
