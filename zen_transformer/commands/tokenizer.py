"""`zen-transformer tokenizer train`: a vocabulary from text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from tyro.conf import Suppress

from zen_transformer.checkpoints.files import CONFIG
from zen_transformer.commands.options import flat, given_options, parse, starting_settings
from zen_transformer.data.corpora import Document
from zen_transformer.errors import UserError, check_range
from zen_transformer.printing import print
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.corpus_text import (
    CorpusSettings,
    WordPieceConfig,
    read_corpus_with_progress,
    train_byte_pairs,
    train_wordpiece,
)
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.characters import CharacterTokenizer
from zen_transformer.tokenizers.files import TOKENIZER_FILE

Kind = Literal["wordpiece", "bpe", "characters"]
DESCRIPTION = """Train a tokenizer on text.

For example:

  zen-transformer tokenizer train --corpus sotu my_texts/ --output runs/tokenizer
  zen-transformer tokenizer train --corpus sotu --kind bpe --output runs/gpt_tokenizer"""


@dataclass(frozen=True, kw_only=True)
class TextSettings(CorpusSettings):
    """What is read, and what it is cut into."""

    task: ClassVar[str] = BertSettings.task

    preset: str = "quickstart"
    """The preset whose corpus and tokenizer these are; what is given here besides goes on top."""
    seed: Annotated[int, Suppress] = 0
    tokenizer: WordPieceConfig = field(default_factory=WordPieceConfig)


@dataclass(frozen=True, kw_only=True)
class TokenizerTarget:
    """Which tokenizer is trained, and where it is written."""

    output: Path
    """Folder for tokenizer.json and the other files that HuggingFace reads."""
    kind: Kind = "wordpiece"
    """wordpiece, BERT's; bpe, GPT-2's, of bytes; characters, each one a piece. The last two keep
    the text as it is: of the tokenizer's settings only vocab-size is theirs."""
    held_out: float = 0.1
    """Part of the documents to leave out, as `pretrain` will leave them out."""
    overwrite: bool = False
    """Replace a tokenizer in the folder."""

    def __post_init__(self):
        check_range("held_out", self.held_out, 0, 0.9)


def command(arguments: list[str]) -> None:
    """Train a tokenizer on text."""
    settings = starting_settings(TextSettings, given_options(arguments), "quickstart", None)
    options = parse(
        "zen-transformer tokenizer train",
        DESCRIPTION,
        arguments,
        {"target": (flat(TokenizerTarget), ...), "settings": (flat(TextSettings), settings)},
    )
    train_tokenizer(options.target, options.settings)


def train_tokenizer(target: TokenizerTarget, settings: TextSettings) -> None:
    """Train a tokenizer and write it.

    Raises:
        UserError: there is another one, or something depends on it; the text cannot be read.
    """
    _check_place(target.output, target.overwrite)
    documents = read_corpus_with_progress(settings.corpus, target.held_out)
    tokenizer = _train(target.kind, documents.train, settings.tokenizer)
    tokenizer.save_pretrained(target.output)
    print(f"{tokenizer.vocab_size} pieces, the last ones {', '.join(tokenizer.vocabulary[-5:])}")
    print(f"written to {target.output}")


def _train(kind: Kind, documents: Iterable[Document], config: WordPieceConfig) -> Tokenizer:
    if kind == "wordpiece":
        return train_wordpiece(documents, config)
    texts = (document.text for document in documents)
    if kind == "characters":
        return CharacterTokenizer.train(texts, config.vocab_size)
    return train_byte_pairs(texts, config.vocab_size)


def _check_place(folder: Path, overwrite: bool) -> None:
    """Raise a `UserError` rather than replace a tokenizer that something else depends on."""
    if (folder / CONFIG).exists():
        raise UserError(
            f"{folder} holds a model or a run, which would no longer fit its tokenizer: choose "
            "another folder"
        )
    if (folder / TOKENIZER_FILE).exists() and not overwrite:
        raise UserError(
            f"{folder} holds a tokenizer already: replace it by --overwrite, or choose another "
            "folder"
        )
