"""The interface of all tokenizers, and what they have in common.

A tokenizer is a vocabulary of pieces; the id of a piece is its place there. Some pieces are special
tokens: they stand for no text, and mark where a text begins or ends, or fill a batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from zen_transformer.errors import UserError, check_characters
from zen_transformer.files import atomic_folder
from zen_transformer.hub import resolve_tokenizer
from zen_transformer.tokenizers.added_tokens import AddedToken, AddedTokenFinder
from zen_transformer.tokenizers.clean_up import clean_up_tokenization
from zen_transformer.tokenizers.encoding import Encoding, Piece, pad

CACHE_LIMIT = 1_000_000
"""Number of words that a `WordCache` holds before it starts afresh."""
LONGEST_CACHED = 100
"""Characters of the longest word that is cached: longer ones hardly occur twice."""

Pieces = TypeVar("Pieces")


class WordCache(dict[str, Pieces], Generic[Pieces]):
    """The pieces of the words that have occurred, each computed once.

    Args:
        compute: the pieces of a word.
    """

    def __init__(self, compute: Callable[[str], Pieces]):
        self.compute = compute

    def __missing__(self, word: str) -> Pieces:
        pieces = self.compute(word)
        if len(word) <= LONGEST_CACHED:
            if len(self) >= CACHE_LIMIT:
                self.clear()
            self[word] = pieces
        return pieces


class Tokenizer(ABC):
    """Text to ids and back. A token that a tokenizer does not have is None."""

    vocabulary: list[str]
    special_tokens: tuple[str, ...]
    added_tokens: tuple[AddedToken, ...] = ()
    ids: dict[str, int]
    model_ids: dict[str, int]
    """The ids of the pieces that text is split into: `ids` without the tokens that were added."""
    bos_token: str | None = None
    eos_token: str | None = None
    pad_token: str | None = None
    model_max_length: int | None = None
    clean_up_tokenization_spaces: bool = False
    """What `decode` does by default."""
    model_input_names: ClassVar[tuple[str, ...]] = ("input_ids", "attention_mask")
    """The arrays of a batch."""

    def _index(self) -> None:
        """Prepare to look pieces up by their names; for a subclass's `__post_init__`, which calls
        `_index_added` at its end.

        Raises:
            UserError: a special token is not in the vocabulary.
        """
        self.ids = self.model_ids = {piece: i for i, piece in enumerate(self.vocabulary)}
        self.model_vocabulary = self.vocabulary
        missing = [token for token in self.special_tokens if token not in self.ids]
        if missing:
            raise UserError(f"the vocabulary lacks the special tokens {', '.join(missing)}")

    def _index_added(self) -> None:
        """Give the added tokens that the vocabulary lacks the ids that follow."""
        for token in self.added_tokens:
            self.check_added_token(token)
        new = [t.content for t in self.added_tokens if t.content not in self.ids]
        self.ids = self.ids | {t: i for i, t in enumerate(new, start=len(self.vocabulary))}
        self.vocabulary = [*self.vocabulary, *new]
        special = [t.content for t in self.added_tokens if t.special]
        self.special_tokens = tuple(dict.fromkeys([*self.special_tokens, *special]))
        self._finder = AddedTokenFinder(self.tokens_with_flags(), self.normalized)
        self._keeps_tokens = not all(t.special for t in self.added_tokens)

    def check_added_token(self, token: AddedToken) -> None:
        """Raise a `UserError` for a token that this tokenizer cannot have."""
        check_characters(token.content)

    def tokens_with_flags(self) -> list[AddedToken]:
        """Return the special tokens and the added ones, in the order of their ids."""
        given = {t.content: t for t in self.added_tokens}
        names = sorted({*self.special_tokens, *given}, key=self.ids.__getitem__)
        return [given.get(name) or AddedToken(name, special=True) for name in names]

    def add_tokens(
        self,
        new_tokens: str | AddedToken | Sequence[str | AddedToken],
        special_tokens: bool = False,
    ) -> int:
        """Add tokens that are kept whole in texts, as in HuggingFace. Those that the vocabulary
        lacks get the ids that follow; `model.resize_token_embeddings(len(tokenizer))` gives them
        vectors.

        Args:
            new_tokens: texts, or tokens with flags (`added_tokens.py`).
            special_tokens: Add the texts as special tokens.

        Returns:
            How many tokens were added: those that had not been before.

        Raises:
            UserError: an empty token.
        """
        given = [new_tokens] if isinstance(new_tokens, str | AddedToken) else new_tokens
        tokens = [
            t if isinstance(t, AddedToken) else AddedToken(t, special=special_tokens) for t in given
        ]
        known = {t.content for t in self.tokens_with_flags()}
        new = {t.content: t for t in tokens if t.content not in known}
        for token in new.values():
            self.check_added_token(token)
        self.added_tokens = (*self.added_tokens, *new.values())
        self._index_added()
        return len(new)

    # Ids

    def __len__(self) -> int:
        """Return `vocab_size`, as in HuggingFace."""
        return self.vocab_size

    @property
    def vocab_size(self) -> int:
        """Number of pieces, special tokens included."""
        return len(self.vocabulary)

    @property
    def special_ids(self) -> list[int]:
        """The ids of the special tokens."""
        return [self.ids[token] for token in self.special_tokens]

    def id_of(self, token: str) -> int:
        """Return the id of a piece, as it is written in the vocabulary, or of a special token.

        Raises:
            UserError: there is no such piece.
        """
        if token not in self.ids:
            raise UserError(
                f"{token!r} is not in the vocabulary; its special tokens are "
                f"{', '.join(self.special_tokens) or 'none'}"
            )
        return self.ids[token]

    @property
    def eos_id(self) -> int:
        """The id of the token that ends a text.

        Raises:
            UserError: the tokenizer has no such token.
        """
        if self.eos_token is None:
            raise UserError("the tokenizer has no eos_token: choose one of its special tokens")
        return self.ids[self.eos_token]

    @property
    def bos_id(self) -> int:
        """The id of the token that begins a text; if there is none, `eos_id`, as in GPT-2."""
        return self.eos_id if self.bos_token is None else self.ids[self.bos_token]

    @property
    def pad_id(self) -> int:
        """The id that fills a batch; if there is none, `eos_id`, which the mask hides."""
        return self.eos_id if self.pad_token is None else self.ids[self.pad_token]

    @property
    def fingerprint(self) -> str:
        """Changes whenever a text may get other ids."""
        return sha256(repr(self._behaviour()).encode()).hexdigest()

    def limit_length(self, positions: int) -> None:
        """Let `model_max_length` be at most the number of positions of a model."""
        limit = self.model_max_length
        self.model_max_length = positions if limit is None else min(limit, positions)

    @abstractmethod
    def _behaviour(self) -> tuple[Any, ...]:
        """Return everything that the ids of a text depend on."""

    # Files

    @classmethod
    def from_pretrained(cls, path: str | Path) -> Self:
        """Read a tokenizer.

        Args:
            path: a folder written by `save_pretrained` or by HuggingFace, or the id of a model on
                its hub.

        Raises:
            UserError: no such folder, no tokenizer in it, a damaged one, or one of another kind.
        """
        return cls(**cls._read(resolve_tokenizer(path)))

    def save_pretrained(self, path: str | Path) -> None:
        """Write a folder that HuggingFace opens as well: `tokenizer.json`,
        `tokenizer_config.json`, and the files in which older libraries look for a vocabulary."""
        with atomic_folder(Path(path)) as folder:
            self._write(folder)

    @staticmethod
    @abstractmethod
    def _read(folder: Path) -> Any:
        """Return the arguments of the class that the files in a folder give."""

    @abstractmethod
    def _write(self, folder: Path) -> None:
        """Write the files."""

    # Text to ids

    @abstractmethod
    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """Return the pieces of `text[start:end]`, where special tokens are plain text."""

    @abstractmethod
    def text_ids(self, text: str) -> list[int]:
        """Return the ids of a text, without offsets; special tokens are plain text, none is
        added. Faster than `encode`."""

    def normalized(self, text: str) -> tuple[str, Sequence[int]]:
        """Return the text in which added tokens are looked for, and the offset of the character
        that each of its characters is from: here the text itself."""
        return text, range(len(text))

    def pieces(self, text: str, split_special_tokens: bool = False) -> list[Piece]:
        """Return the pieces of a text; of added tokens written in it each is one piece, and of
        special tokens unless they are to be plain text."""
        return self.pieces_between(text, 0, len(text), split_special_tokens)

    def pieces_between(
        self, text: str, start: int, end: int, split_special_tokens: bool
    ) -> list[Piece]:
        """Return the `pieces` of `text[start:end]`."""
        pieces: list[Piece] = []
        for token, first, last in self._finder.parts(text, start, end, split_special_tokens):
            if token is None:
                pieces += self.plain_pieces(text, first, last)
            else:
                pieces.append(Piece(self.ids[token.content], first, last))
        return pieces

    def tokenize(self, text: str) -> list[str]:
        """Return the pieces of a text as strings."""
        return [self.vocabulary[piece.id] for piece in self.pieces(text)]

    @abstractmethod
    def encode(
        self, text: str, *, max_length: int | None = None, truncation: str | bool = False
    ) -> Encoding:
        """Turn a text into model input, with the tokens that the model needs around it."""

    def _encoding(self, *segments: list[Piece]) -> Encoding:
        """Put segments in a row: the pieces of the n-th have the type id n."""
        pieces = [piece for segment in segments for piece in segment]
        return Encoding(
            ids=[piece.id for piece in pieces],
            tokens=[self.vocabulary[piece.id] for piece in pieces],
            type_ids=[n for n, segment in enumerate(segments) for _ in segment],
            attention_mask=[1] * len(pieces),
            offsets=[(piece.start, piece.end) for piece in pieces],
        )

    def __call__(
        self,
        texts: str | Sequence[str],
        max_length: int | None = None,
        truncation: str | bool = False,
        padding_side: str = "right",
        **options: Any,
    ) -> dict[str, Any]:
        """Make a batch of texts, all padded to the length of the longest.

        Args:
            texts: one text, or several.
            max_length, truncation: as in `encode`.
            padding_side: "right" to train a model, "left" to let it continue the texts, which then
                all end where the new tokens begin.
            options: further arguments of `encode`.

        Returns:
            The arrays of `model_input_names`, `[batch, length]`.

        Raises:
            UserError: as in `encode`; no text at all; an unknown side; no token to pad with.
        """
        options |= {"max_length": max_length, "truncation": truncation}
        texts = [texts] if isinstance(texts, str) else texts
        encodings = [self.encode(text, **options) for text in texts]
        batch = pad(encodings, self.pad_id, side=padding_side)
        return {name: batch[name] for name in self.model_input_names}

    # Ids to text

    @abstractmethod
    def text_of_pieces(self, pieces: Sequence[str]) -> str:
        """Return the text of some pieces, as they are written in the vocabulary."""

    def decode(
        self,
        ids: Iterable[int],
        skip_special_tokens: bool = True,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> str:
        """Return the text of some ids.

        Args:
            ids: of pieces.
            skip_special_tokens: Leave special tokens out.
            clean_up_tokenization_spaces: Take out the spaces before punctuation and in
                contractions (`clean_up.py`); if not given, as the tokenizer's files say.

        Raises:
            UserError: an id outside the vocabulary.
        """
        text = self.text_of_pieces(self.pieces_of_ids(ids, skip_special_tokens))
        if clean_up_tokenization_spaces is None:
            clean_up_tokenization_spaces = self.clean_up_tokenization_spaces
        return clean_up_tokenization(text) if clean_up_tokenization_spaces else text

    def pieces_of_ids(self, ids: Iterable[int], skip_special_tokens: bool) -> list[str]:
        """Return the pieces of some ids, with or without special tokens.

        Raises:
            UserError: an id outside the vocabulary.
        """
        ids = [int(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < self.vocab_size]
        if outside:
            raise UserError(f"id {outside[0]} lies outside the vocabulary of {self.vocab_size}")
        skipped = set(self.special_ids) if skip_special_tokens else set()
        return [self.vocabulary[i] for i in ids if i not in skipped]
