"""The page of poems and pictures: writes the poems, draws them, and looks them up in the texts that
the models have read.

    python docs/poems/build.py --model runs/gpt --bert runs/quickstart     all: some three minutes
    python docs/poems/build.py --page                                      only the page

What was written and found goes to poems.json; the words of the page are in page.md.jinja.
"""

import argparse
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from zen_transformer.data.corpora import read_corpus
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.files import write_text
from zen_transformer.generation.art.canvas import save_picture
from zen_transformer.generation.art.pictures import FAINTEST, PICTURES, Shot, film
from zen_transformer.generation.art.reading import read
from zen_transformer.generation.constraints.form_filter import FormGenerator
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.gibbs import GibbsSampler, by_sweep
from zen_transformer.generation.sampling import Sampling
from zen_transformer.inference.loading import load, load_gpt
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.tokenizers.base import Tokenizer

FOLDER = Path(__file__).resolve().parent
LINE = 4
"""Words that a line must have to be called known by heart, if the training text has it."""
HEART = 10
"""Words in a row that are known by heart wherever they stand."""
PENALTY, TOKENS = 1.1, 24
"""For repetition, and at most in a line."""


@dataclass(frozen=True)
class Poem:
    """What is asked of the model, and how its answer is drawn."""

    name: str
    title: str
    prompt: str
    form: Form
    picture: str
    seed: int
    tries: int = 16
    temperature: float = 0.9

    @property
    def sampling(self) -> Sampling:
        """How a token is drawn."""
        return Sampling(temperature=self.temperature, top_p=0.95, repetition_penalty=PENALTY)


HEROIC = Form(syllables=(10, 10), rhyme="AA")
HYMN = Form(syllables=(8, 6, 8, 6), rhyme="ABCB")
HAIKU = Form(syllables=(5, 7, 5))
POEMS = (
    Poem("night", "The night is, a couplet", "The night is", HEROIC, "ink", 2000, 48),
    Poem("deep", "DEEP, an acrostic", "D", Form(acrostic="DEEP"), "rosette", 3000),
    Poem("sea", "The sea", "And the sea", Form(lines=4), "stroke", 0, 2),
    Poem("wind", "Five, seven, five syllables", "A wind", HAIKU, "ink", 0, 16, 1.0),
    Poem("waters", "The waters, in the metre of a hymn", "The waters", HYMN, "stroke", 1000, 48),
    Poem("fountain", "The night is, once more", "The night is", HEROIC, "rosette", 3000, 48),
    Poem("dream", "I dreamed", "I dreamed", Form(lines=3), "stroke", 0, 2, 1.0),
    Poem("moses", "Let there", "And God said, Let there", Form(lines=3), "ink", 0, 16, 0.5),
)
MASKED = "we [MASK] the [MASK] of [MASK] and [MASK] ."
SEEDS, SWEEPS, GUESSES = range(200), 10, Sampling(temperature=0.8, top_p=0.95)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=Path("runs/gpt"), help="a GPT's run")
    parser.add_argument("--bert", type=Path, default=Path("runs/quickstart"), help="a BERT's run")
    parser.add_argument("--page", action="store_true", help="write nothing anew but the page")
    given = parser.parse_args()
    store = FOLDER / "poems.json"
    if not given.page:
        stored = {"poems": poems(given.model), "film": masked(given.bert)}
        write_text(store, json.dumps(stored, indent=1, ensure_ascii=False) + "\n")
    write_text(FOLDER / "index.md", page(json.loads(store.read_text("utf-8"))))


def page(stored: dict[str, Any]) -> str:
    """Render the page from the content of poems.json."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, keep_trailing_newline=True
    )
    by_heart = [poem for poem in stored["poems"] if poem["by_heart"]]
    original = [poem for poem in stored["poems"] if not poem["by_heart"]]
    template = environment.get_template("page.md.jinja")
    figures = {"line": LINE, "heart": HEART, "faintest": FAINTEST}
    return template.render(stored=stored, original=original, by_heart=by_heart, **figures)


# GPT


def poems(folder: Path) -> list[dict[str, Any]]:
    """Generate every poem, and look up how much of it the training text has."""
    network, tokenizer = load_gpt(folder)
    lookup = Lookup(("kjv",), tokenizer)
    entries = []
    for poem in POEMS:
        generator = FormGenerator(
            model=network,
            tokenizer=tokenizer,
            form=poem.form,
            sampling=poem.sampling,
            max_new_tokens=TOKENS,
            tries=poem.tries,
        )
        text = generator.generate(poem.prompt, poem.seed)
        draw(PICTURES[poem.picture](read(network, tokenizer, text)), poem.name)
        entry = {
            "name": poem.name,
            "title": poem.title,
            "picture": poem.picture,
            "lines": text.split("\n"),
            "command": command(poem),
        } | lookup(text)
        print(f"{text}\n{entry['tokens']} tokens, {entry['words']} words\n", flush=True)
        entries.append(entry)
    return entries


def command(poem: Poem) -> str:
    """The command that generates a poem."""
    form, options = poem.form, [f'"{poem.prompt}"']
    if form.lines:
        options.append(f"--form.lines {form.lines}")
    if form.syllables:
        options.append(f"--form.syllables {' '.join(map(str, form.syllables))}")
    if form.rhyme:
        options.append(f"--form.rhyme {form.rhyme}")
    if form.acrostic:
        options.append(f"--form.acrostic {form.acrostic}")
    options += [f"--temperature {poem.temperature}", f"--repetition-penalty {PENALTY}"]
    options += [f"--max-new-tokens {TOKENS}", f"--tries {poem.tries}", f"--seed {poem.seed}"]
    return f"zen-transformer generate {' '.join(options)}"


def draw(figure: Figure, name: str) -> None:
    """Keep the PNG of a picture."""
    with TemporaryDirectory() as folder:
        _, png = save_picture(figure, Path(folder), name)
        (FOLDER / png.name).write_bytes(png.read_bytes())


# BERT


def masked(folder: Path) -> dict[str, Any]:
    """What BERT makes of a text with [MASK]s, sweep by sweep; the film is of the first seed."""
    network, tokenizer = load(BertForMaskedLM, folder, "model")
    ids = tokenizer.encode(MASKED).ids
    places = [place for place, i in enumerate(ids) if i == tokenizer.mask_id]
    sampler = GibbsSampler(network, tokenizer, GUESSES, whole_words=True)
    shots, texts, likelihoods = [], [], []
    for sweep in by_sweep(sampler.frames(ids, places, sweeps=SWEEPS, seeds=SEEDS), len(places)):
        row = sweep.token_ids[0]
        pieces = [tokenizer.vocabulary[i] for i in row[1:-1].tolist()]
        shots.append(Shot(pieces, sweep.surprise[0, 1:-1], sweep.changed[0, 1:-1]))
        texts.append(tokenizer.decode(row))
        scores = sampler.pseudo_log_likelihood(sweep.token_ids, places)
        likelihoods.append(round(float(scores.mean()), 1))
    draw(film(shots), "film")
    lookup = Lookup(("sotu", "movie-reviews"))
    entry = {"masked": MASKED, "seed": SEEDS[0], "texts": texts, "likelihoods": likelihoods}
    return entry | {"samples": len(SEEDS), "words": max(lookup(text)["words"] for text in texts)}


# What was in the training text


class Lookup:
    """The longest stretch of a poem that stands in some corpora, in tokens and in words."""

    def __init__(self, corpora: Iterable[str], tokenizer: Tokenizer | None = None):
        self.tokenizer, self.numbers = tokenizer, dict[str, int]()
        words: list[int] = []
        ids: list[int] = []
        for corpus in corpora:
            for document in read_corpus(corpus):
                words += [*self._words(document.text), self._number("\n")]
                if tokenizer is not None:
                    ids += [*tokenizer.text_ids(document.text), tokenizer.vocab_size]
        self.by_words = TrainingText(np.array(words))
        self.by_tokens = TrainingText(np.array(ids)) if ids else None

    def __call__(self, text: str) -> dict[str, Any]:
        """Look a text up; words are compared without capitals and punctuation."""
        figures: dict[str, Any] = {}
        if self.tokenizer is not None and self.by_tokens is not None:
            ids = self.tokenizer.text_ids(text)
            figures["tokens"] = self.by_tokens.longest_overlap(ids).length
            figures["of_tokens"] = len(ids)
        words = self._words(text)
        longest = self.by_words.longest_overlap(words)
        figures |= {"words": longest.length, "of_words": len(words)}
        stretch = WORD.findall(text)[longest.in_sample : longest.in_sample + longest.length]
        figures["stretch"] = " ".join(stretch)
        figures["by_heart"] = longest.length >= HEART or any(map(self._known, text.split("\n")))
        return figures

    def _known(self, line: str) -> bool:
        words = self._words(line)
        return len(words) >= LINE and self.by_words.longest_overlap(words).length == len(words)

    def _words(self, text: str) -> list[int]:
        return [self._number(word.casefold()) for word in WORD.findall(text)]

    def _number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))


WORD = re.compile(r"\w+(?:['’]\w+)*")

if __name__ == "__main__":
    main()
