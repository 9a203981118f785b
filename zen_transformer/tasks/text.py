"""The first two stages: a vocabulary from the documents, and the documents as ids."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from zen_transformer.data.corpora import Document, parse_mix, skipped_files
from zen_transformer.data.documents import SentenceSplitter, TokenizedDocuments
from zen_transformer.data.sentences import split_sentences
from zen_transformer.data.shards import tokenize_to_shards
from zen_transformer.data.splits import Corpus
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.gpt_settings import BytePairConfig, GPTSettings
from zen_transformer.tasks.settings import PretrainSettings, TokenizerConfig
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def read_corpus_with_progress(corpus: Iterable[str], held_out: float) -> Corpus:
    """The documents of all the corpora, those to learn from and those held out."""
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


def made_from(corpus: Corpus, vocabulary: Tokenizer | None) -> dict[str, str]:
    """The fingerprints of what a run learns from: its text, and a vocabulary that it was given."""
    given = {} if vocabulary is None else {"vocabulary": vocabulary.fingerprint}
    return {"text": corpus.fingerprint} | given


def learn_tokenizer(documents: Iterable[Document], config: TokenizerConfig) -> WordPieceTokenizer:
    """A vocabulary from documents, with a progress bar over the merges."""
    with tqdm(total=config.vocab_size, desc="vocabulary", unit="merge", disable=None) as bar:
        return WordPieceTokenizer.train(
            (document.text for document in documents),
            vocab_size=config.vocab_size,
            alphabet_limit=config.alphabet_limit,
            lowercase=config.lowercase,
            tokenize_chinese_chars=config.tokenize_chinese_chars,
            report=lambda pair, count: bar.update(),
        )


def learn_byte_pairs(
    documents: Iterable[Document], config: BytePairConfig
) -> ByteLevelBPETokenizer:
    """The same of byte pairs."""
    with tqdm(total=config.vocab_size, desc="vocabulary", unit="merge", disable=None) as bar:
        return ByteLevelBPETokenizer.train(
            (document.text for document in documents),
            vocab_size=config.vocab_size,
            report=lambda pair, count: bar.update(),
        )


def vocabulary_stage(
    run: RunFolder,
    corpus: Corpus,
    settings: PretrainSettings,
    given: WordPieceTokenizer | None = None,
) -> WordPieceTokenizer:
    """Learn the vocabulary, or take the given one; where the stage is finished, read it."""
    if "vocabulary" in run.stages():
        return WordPieceTokenizer.from_pretrained(run.model)
    with _vocabulary(run):
        tokenizer = given or learn_tokenizer(corpus.train, settings.tokenizer)
        tokenizer.save_pretrained(run.model)
    return tokenizer


def byte_pair_stage(
    run: RunFolder,
    corpus: Corpus,
    settings: GPTSettings,
    given: ByteLevelBPETokenizer | None = None,
) -> ByteLevelBPETokenizer:
    """The same of byte pairs."""
    if "vocabulary" in run.stages():
        return ByteLevelBPETokenizer.from_pretrained(run.model)
    with _vocabulary(run):
        tokenizer = given or learn_byte_pairs(corpus.train, settings.tokenizer)
        tokenizer.save_pretrained(run.model)
    return tokenizer


@contextmanager
def _vocabulary(run: RunFolder) -> Iterator[None]:
    """Take the time, and note that the stage is finished."""
    started = time.perf_counter()
    yield
    run.finish("vocabulary", time.perf_counter() - started)


def tokens_stage(
    run: RunFolder, corpus: Corpus, tokenizer: Tokenizer, split: SentenceSplitter = split_sentences
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
