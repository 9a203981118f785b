"""Words become pieces.  Wu et al. 2016, section 4.1; HuggingFace's `BertTokenizer`.

The longest piece of the vocabulary that starts the word is taken, then the longest that
continues it (marked ##), and so on; a word that cannot be finished is [UNK]:

    unaffable  →  un ##aff ##able
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from zen_transformer.errors import UserError
from zen_transformer.hub import tokenizer_at
from zen_transformer.tokenizers.normalization import CHUNK, Word, words_in_chunk
from zen_transformer.tokenizers.truncation import length_limit, strategy_of, truncated_lengths
from zen_transformer.tokenizers.wordpiece_files import read_tokenizer, write_tokenizer
from zen_transformer.tokenizers.wordpiece_training import (
    PREFIX,
    SPECIAL_TOKENS,
    Pair,
    train_vocabulary,
)

MAX_WORD_LENGTH = 100
"""A longer word is [UNK], as in the original."""
CACHE_LIMIT = 1_000_000
"""Chunks remembered before starting afresh."""


class Piece(NamedTuple):
    """A piece's id and its place in the text."""

    id: int
    start: int
    end: int


@dataclass
class Encoding:
    """A text, or a pair of them, as the model takes it: all fields equally long."""

    ids: list[int]
    tokens: list[str]
    type_ids: list[int]
    attention_mask: list[int]
    offsets: list[tuple[int, int]]
    """Where each token stands in its own text; (0, 0) for tokens that were added."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class WordPieceTokenizer:
    """A vocabulary and how text is normalized before it is cut into pieces.

    Args:
        vocabulary: the pieces; a piece's id is its place.
        lowercase: fold case.
        strip_accents: drop accents; if not given, as `lowercase`.
        tokenize_chinese_chars: make every Chinese character a word.
        model_max_length: tokens that the model can read, where truncation is not told how many.
    """

    vocabulary: list[str]
    lowercase: bool = True
    strip_accents: bool | None = None
    tokenize_chinese_chars: bool = True
    model_max_length: int | None = None
    ids: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self):
        self.ids = {piece: i for i, piece in enumerate(self.vocabulary)}
        missing = [token for token in SPECIAL_TOKENS if token not in self.ids]
        if missing:
            raise UserError(f"the vocabulary lacks {', '.join(missing)}")
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            self.ids[token] for token in SPECIAL_TOKENS
        )
        self._special = re.compile("|".join(map(re.escape, SPECIAL_TOKENS)))
        self._cache: dict[str, tuple[Piece, ...]] = {}

    @property
    def vocab_size(self) -> int:
        """How many pieces there are."""
        return len(self.vocabulary)

    @property
    def special_ids(self) -> list[int]:
        """Ids that stand for no text."""
        return [self.ids[token] for token in SPECIAL_TOKENS]

    @property
    def fingerprint(self) -> str:
        """Changes with anything that changes what a text is cut into."""
        options = self.lowercase, self.strip_accents, self.tokenize_chinese_chars
        return sha256(repr((self.vocabulary, *options)).encode()).hexdigest()

    # Made, read and written

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int = 30522,
        lowercase: bool = True,
        strip_accents: bool | None = None,
        tokenize_chinese_chars: bool = True,
        alphabet_limit: int | None = None,
        report: Callable[[Pair, int], None] = lambda pair, count: None,
    ) -> Self:
        """A tokenizer whose vocabulary is learnt from the texts (`vocabulary.py`)."""
        tokenizer = cls(list(SPECIAL_TOKENS), lowercase, strip_accents, tokenize_chinese_chars)
        words = tokenizer.count_words(texts)
        vocabulary = train_vocabulary(words, vocab_size, alphabet_limit, report)
        return cls(vocabulary, lowercase, strip_accents, tokenize_chinese_chars)

    @classmethod
    def from_pretrained(cls, path: str | Path) -> Self:
        """Read a folder written by `save_pretrained` or by HuggingFace, or that of a model's id
        on its hub."""
        return cls(**read_tokenizer(tokenizer_at(path), MAX_WORD_LENGTH))

    def save_pretrained(self, path: str | Path) -> None:
        """Write `vocab.txt`, `tokenizer.json` and `tokenizer_config.json`."""
        write_tokenizer(
            Path(path),
            self.vocabulary,
            lowercase=self.lowercase,
            strip_accents=self.strip_accents,
            tokenize_chinese_chars=self.tokenize_chinese_chars,
            max_word_length=MAX_WORD_LENGTH,
            model_max_length=self.model_max_length,
        )

    # Text to pieces

    def words(self, chunk: str) -> list[Word]:
        """The words of a stretch without white space, normalized."""
        strip_accents = self.lowercase if self.strip_accents is None else self.strip_accents
        return words_in_chunk(chunk, self.lowercase, strip_accents, self.tokenize_chinese_chars)

    def count_words(self, texts: Iterable[str]) -> Counter[str]:
        """How often each word occurs. Those that are too long to be cut are left out.

        Chunks are counted first, since most come again; where they do not, as in Chinese,
        they become words before they fill the memory.
        """
        words: Counter[str] = Counter()
        chunks: Counter[str] = Counter()

        def empty_chunks() -> None:
            for chunk, count in chunks.items():
                for word in self.words(chunk):
                    if len(word.characters) <= MAX_WORD_LENGTH:
                        words[word.text] += count
            chunks.clear()

        for text in texts:
            chunks.update(CHUNK.findall(text))
            if len(chunks) > CACHE_LIMIT:
                empty_chunks()
        empty_chunks()
        return words

    def pieces_of_word(self, word: Word) -> list[Piece]:
        """Longest match first, from left to right."""
        characters = word.characters
        whole = Piece(self.unk_id, characters[0].source, characters[-1].source + 1)
        if len(characters) > MAX_WORD_LENGTH:
            return [whole]
        text, pieces, start = word.text, [], 0
        while start < len(text):
            prefix = PREFIX if start else ""
            for end in range(len(text), start, -1):
                if (found := self.ids.get(prefix + text[start:end])) is not None:
                    break
            else:
                return [whole]
            span = characters[start].source, characters[end - 1].source + 1
            pieces.append(Piece(found, *span))
            start = end
        return pieces

    def pieces_of_chunk(self, chunk: str) -> tuple[Piece, ...]:
        """The pieces of a stretch without white space, remembered."""
        if (known := self._cache.get(chunk)) is not None:
            return known
        if len(self._cache) >= CACHE_LIMIT:
            self._cache.clear()
        pieces = tuple(p for word in self.words(chunk) for p in self.pieces_of_word(word))
        if len(chunk) <= MAX_WORD_LENGTH:
            self._cache[chunk] = pieces
        return pieces

    def pieces(self, text: str) -> list[Piece]:
        """The pieces of a text. Special tokens written in it, as "[MASK]", are found first."""
        found, position = [], 0
        for special in [*self._special.finditer(text), None]:
            end = len(text) if special is None else special.start()
            for chunk in CHUNK.finditer(text, position, end):
                at = chunk.start()
                found += [Piece(i, at + s, at + e) for i, s, e in self.pieces_of_chunk(chunk[0])]
            if special is not None:
                found.append(Piece(self.ids[special[0]], special.start(), special.end()))
                position = special.end()
        return found

    def text_ids(self, text: str) -> list[int]:
        """The ids of plain text, quickly: no offsets, and "[MASK]" is just letters."""
        remembered = self.pieces_of_chunk
        return [piece[0] for chunk in CHUNK.findall(text) for piece in remembered(chunk)]

    def tokenize(self, text: str) -> list[str]:
        """The pieces of a text as strings."""
        return [self.vocabulary[piece.id] for piece in self.pieces(text)]

    # Pieces to model inputs and back

    def encode(
        self,
        text: str,
        pair: str | None = None,
        max_length: int | None = None,
        truncation: str | bool = False,
    ) -> Encoding:
        """[CLS] text [SEP], or [CLS] text [SEP] pair [SEP].

        Args:
            text, pair: one text, or two that belong together.
            max_length: the most tokens allowed, added ones included.
            truncation: what to do when there are more: "do_not_truncate" (or False) is an error,
                "only_first" and "only_second" shorten that one, "longest_first" (or True) the
                longer one, token by token. Where no `max_length` is given, these go by
                `model_max_length`.

        Raises:
            UserError: more tokens than `max_length` and nothing that may be cut, no such
                truncation, or one without a length.
        """
        strategy = strategy_of(truncation)
        max_length = length_limit(max_length, truncation, self.model_max_length)
        first = self.pieces(text)
        second = None if pair is None else self.pieces(pair)
        if max_length is not None:
            added = 2 if second is None else 3
            lengths = len(first), len(second or ())
            a, b = truncated_lengths(*lengths, added, max_length, strategy)
            first, second = first[:a], None if second is None else second[:b]
        encoding = Encoding([], [], [], [], [])
        self._append(encoding, [Piece(self.cls_id, 0, 0), *first, Piece(self.sep_id, 0, 0)], 0)
        if second is not None:
            self._append(encoding, [*second, Piece(self.sep_id, 0, 0)], 1)
        return encoding

    def _append(self, encoding: Encoding, pieces: list[Piece], segment: int) -> None:
        encoding.ids += [piece.id for piece in pieces]
        encoding.tokens += [self.vocabulary[piece.id] for piece in pieces]
        encoding.type_ids += [segment] * len(pieces)
        encoding.attention_mask += [1] * len(pieces)
        encoding.offsets += [(piece.start, piece.end) for piece in pieces]

    def decode(self, ids: Iterable[int], skip_special_tokens: bool = True) -> str:
        """The text of some ids: pieces joined, words separated by a space."""
        ids = [int(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < self.vocab_size]
        if outside:
            raise UserError(f"id {outside[0]} lies outside the vocabulary of {self.vocab_size}")
        special = set(self.special_ids) if skip_special_tokens else set()
        words = [self.vocabulary[i] for i in ids if i not in special]
        return " ".join(words).replace(" " + PREFIX, "")


def pad(
    encodings: Sequence[Encoding],
    pad_id: int,
    length: int | None = None,
    side: str = "right",
) -> dict[str, Any]:
    """A batch: `input_ids`, `attention_mask` and `token_type_ids`, `[batch, length]`, padded
    to the longest or to `length`, on the side "right" or "left".

    Raises:
        UserError: nothing to pad, something that is longer, or no such side.
    """
    if side not in ("left", "right"):
        raise UserError(f"padding side is {side!r}: choose 'left' or 'right'")
    if not encodings:
        raise UserError("there is no encoding to pad: give one at least")
    longest = max(map(len, encodings))
    length = longest if length is None else length
    if longest > length:
        raise UserError(
            f"an encoding has {longest} tokens, length is {length}: give a larger length, or "
            "truncate by max_length when encoding"
        )
    shape = (len(encodings), length)
    batch = {
        "input_ids": np.full(shape, pad_id, np.int32),
        "attention_mask": np.zeros(shape, np.int32),
        "token_type_ids": np.zeros(shape, np.int32),
    }
    for row, encoding in enumerate(encodings):
        for name, values in zip(
            batch, (encoding.ids, encoding.attention_mask, encoding.type_ids), strict=True
        ):
            start = length - len(encoding) if side == "left" else 0
            batch[name][row, start : start + len(encoding)] = values
    return batch
