"""What choices are made of and learnt from: a GPT, the documents that it knows and those that it
does not, prompts out of them, and what it writes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from zen_transformer.data.corpora import Document, parse_mix
from zen_transformer.data.documents import split_lines, tokenize_documents
from zen_transformer.data.preferences import PreferenceRecord
from zen_transformer.data.splits import Corpus
from zen_transformer.errors import UserError
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.evaluation.ranking import FormScore, LikelihoodScore, NoveltyScore, Score
from zen_transformer.evaluation.reward_model import PLAIN_FEATURES, RewardModel, train_reward_model
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.decoding import Generator
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.preference_settings import WritingConfig
from zen_transformer.tokenizers.base import Tokenizer

ROWS = 64
"""Texts that are written at once."""


def corpus_of(model: Path, corpus: Sequence[str], held_out: float) -> tuple[tuple[str, ...], float]:
    """The corpora that a run learnt from and the part that was held out, or those that are given
    for a model that belongs to no run.

    Raises:
        UserError: nobody knows what the model learnt from.
    """
    found = RunFolder(model).read_json("config.json") if not corpus else {}
    if "corpus" in found:
        own = found.get("pretraining", {}).get("held_out", held_out)
        return tuple(found["corpus"]), found.get("corpus_held_out", own)
    if not corpus:
        raise UserError(
            f"{model} does not say what it learnt from: name a run's folder with --model, or what "
            "the prompts are to come from with --corpus"
        )
    return tuple(corpus), held_out


@dataclass(frozen=True)
class Material:
    """A GPT with its tokenizer and its documents."""

    network: GPTForCausalLM
    tokenizer: Tokenizer
    names: tuple[str, ...]
    held_out: float

    @cached_property
    def corpus(self) -> Corpus:
        """Learnt from and held out, as the run had them."""
        return Corpus(parse_mix(self.names)[0], self.held_out)

    def windows(self, documents: Iterable[Document]) -> TextWindows:
        """Documents as the model reads them."""
        ids = tokenize_documents(documents, self.tokenizer, split=split_lines)
        return TextWindows(ids, self.tokenizer.eos_id)

    @cached_property
    def training_text(self) -> TrainingText:
        """All that was learnt from, with an end behind each document."""
        windows = self.windows(self.corpus.train)
        lengths = enumerate(windows.lengths.tolist())
        return TrainingText(np.concatenate([windows.tokens(d, 0, n) for d, n in lengths]))

    # Prompts and texts

    def prompts(
        self, held_out: bool, words: int, count: int, seed: int, without: Collection[str] = ()
    ) -> list[str]:
        """Beginnings of lines, in an order that is drawn, none of them twice.

        Args:
            held_out: of documents that were held out, or of those learnt from.
            words: how many of a line.
            count: how many beginnings.
            without: those that are not wanted.

        Raises:
            UserError: there are not so many.
        """
        documents = self.corpus.held_out if held_out else self.corpus.train
        known = beginnings(documents, words)
        found = [prompt for prompt in known if prompt not in set(without)]
        if len(found) < count:
            raise UserError(
                f"{count} prompts were asked for, there are {len(found)} different beginnings of "
                f"{words} words: ask for fewer, or for longer ones with --words"
            )
        order = np.random.default_rng(seed).permutation(len(found))
        return [found[place] for place in order[:count]]

    def writer(self, network: GPTForCausalLM) -> Generator:
        """What writes with a network as it is now."""
        return Generator(network, [self.tokenizer.eos_id])

    def write(
        self, writer: Generator, prompts: Sequence[str], config: WritingConfig, first_seed: int
    ) -> list[str]:
        """A text to each prompt, without it; each has a seed of its own, one after the other."""
        ids = [self.tokenizer.text_ids(prompt) for prompt in prompts]
        texts = []
        for at in range(0, len(ids), ROWS):
            some = ids[at : at + ROWS]
            seeds = range(first_seed + at, first_seed + at + len(some))
            found = writer.generate(
                some, config.sampling, max_new_tokens=config.max_new_tokens, seeds=seeds
            )
            texts += [through(self.tokenizer.decode(text), config.stop) for text in found]
        return texts

    # Scores

    def score(self, by: str, form: Form, choices: Sequence[PreferenceRecord] = ()) -> Score:
        """How well a text keeps a form, how new it is, or what is learnt from choices."""
        if by == "form":
            return FormScore(form)
        return self.novelty if by == "novelty" else self.judge(choices)

    @property
    def novelty(self) -> NoveltyScore:
        """How little is copied from what was learnt from."""
        return NoveltyScore(self.training_text, self.tokenizer)

    def judge(self, choices: Sequence[PreferenceRecord]) -> RewardModel:
        """Learnt from choices, by features of which some are the model's."""
        likely = LikelihoodScore(self.network, self.tokenizer)
        return train_reward_model(
            choices, PLAIN_FEATURES | {"novelty": self.novelty, "likely": likely}
        )


def beginnings(documents: Iterable[Document], words: int) -> list[str]:
    """The first words of every line that has more of them, each once."""
    lines = (line.split() for document in documents for line in split_lines(document.text))
    return list(dict.fromkeys(" ".join(line[:words]) for line in lines if len(line) > words))


def through(text: str, stop: str | None) -> str:
    """Up to where `stop` ends: that a text ends is a part of it, too."""
    if not stop:
        return text
    stop = stop.replace("\\n", "\n")
    before, found, _ = text.partition(stop)
    return before + found
