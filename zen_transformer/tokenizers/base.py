"""What tokenizers for models that write have in common: the ids are the text and nothing else.

No token is added, so a text's ids can be cut anywhere and put together again. Special tokens (the
end of a text, padding) are pieces that stand for no text:

- The same letters written in a text are letters: `"<|endoftext|>"` becomes the pieces of <, |,
  endoftext and so on, and no text that somebody sends can end a text or reach into another one.
- `split_special_tokens=False` asks for them: they are then found in the text first, the longest
  where several begin at one place. This is what HuggingFace does by default; the argument has
  their name.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.truncation import length_limit, strategy_of, truncated_lengths
from zen_transformer.tokenizers.wordpiece import Encoding, Piece, pad


class Tokenizer(ABC):
    """Pieces, some of them special, and what can be done with them however text is cut."""

    vocabulary: list[str]
    special_tokens: tuple[str, ...]
    bos_token: str | None
    eos_token: str | None
    pad_token: str | None
    model_max_length: int | None

    def _index(self) -> None:
        """Look pieces up by their names; of a subclass's `__post_init__`.

        Raises:
            UserError: a piece that is there twice, or a special token that is not there.
        """
        self.ids = {piece: i for i, piece in enumerate(self.vocabulary)}
        if len(self.ids) < len(self.vocabulary):
            twice = next(p for i, p in enumerate(self.vocabulary) if self.ids[p] != i)
            raise UserError(f"the vocabulary has the piece {twice!r} twice")
        for token in self.special_tokens:
            if token not in self.ids:
                raise UserError(f"the special token {token!r} is not in the vocabulary")
        for role in ("bos_token", "eos_token", "pad_token"):
            if getattr(self, role) not in (None, *self.special_tokens):
                raise UserError(
                    f"{role} is {getattr(self, role)!r}, which is none of the special tokens: "
                    f"{', '.join(self.special_tokens) or 'there are none'}"
                )
        self.special_tokens = tuple(sorted(self.special_tokens, key=self.ids.__getitem__))
        longest_first = sorted(self.special_tokens, key=len, reverse=True)
        # A pattern of nothing would be found everywhere; this one is found nowhere.
        self._special = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    # Ids

    @property
    def vocab_size(self) -> int:
        """How many pieces there are."""
        return len(self.vocabulary)

    @property
    def special_ids(self) -> list[int]:
        """Ids that stand for no text."""
        return [self.ids[token] for token in self.special_tokens]

    def id_of(self, token: str) -> int:
        """The id of a piece, as it stands in the vocabulary, or of a special token.

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
        """The id of the end of a text."""
        if self.eos_token is None:
            raise UserError("the tokenizer has no eos_token: choose one of its special tokens")
        return self.ids[self.eos_token]

    @property
    def bos_id(self) -> int:
        """The id of the beginning of a text; where there is none, that of the end, as in GPT-2."""
        return self.eos_id if self.bos_token is None else self.ids[self.bos_token]

    @property
    def pad_id(self) -> int:
        """The id that fills a batch; where there is none, that of the end: the mask hides it."""
        return self.eos_id if self.pad_token is None else self.ids[self.pad_token]

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Changes with anything that changes what a text is cut into."""

    # Files

    @classmethod
    @abstractmethod
    def from_pretrained(cls, path: str | Path) -> Self:
        """Read a folder written by `save_pretrained`."""

    @abstractmethod
    def save_pretrained(self, path: str | Path) -> None:
        """Write a folder that HuggingFace opens as well."""

    # Text to ids

    @abstractmethod
    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """The pieces of text[start:end], in which nothing is special."""

    @abstractmethod
    def plain_ids(self, text: str) -> list[int]:
        """Their ids alone, of a whole text."""

    def pieces(self, text: str, split_special_tokens: bool = True) -> list[Piece]:
        """The pieces of a text with their places in it.

        Raises:
            UserError: half of a surrogate pair, which is no character.
        """
        check_characters(text)
        if split_special_tokens:
            return self.plain_pieces(text, 0, len(text))
        found, position = [], 0
        for special in self._special.finditer(text):
            found += self.plain_pieces(text, position, special.start())
            found.append(Piece(self.ids[special[0]], special.start(), special.end()))
            position = special.end()
        return found + self.plain_pieces(text, position, len(text))

    def text_ids(self, text: str) -> list[int]:
        """The ids of plain text, quickly: no places, and special tokens are just letters.

        Raises:
            UserError: half of a surrogate pair.
        """
        check_characters(text)
        return self.plain_ids(text)

    def tokenize(self, text: str, split_special_tokens: bool = True) -> list[str]:
        """The pieces of a text as strings."""
        return [self.vocabulary[piece.id] for piece in self.pieces(text, split_special_tokens)]

    def encode(
        self,
        text: str,
        max_length: int | None = None,
        truncation: str | bool = False,
        split_special_tokens: bool = True,
    ) -> Encoding:
        """A text as the model takes it. Nothing is added at its beginning and end.

        Args:
            text: any text.
            max_length: the most tokens allowed.
            truncation: what to do when there are more: "do_not_truncate" (or False) is an error,
                "longest_first" (or True) cuts the end off. Where no `max_length` is given, it
                goes by `model_max_length`.
            split_special_tokens: whether special tokens written in the text are just letters.

        Raises:
            UserError: more tokens than `max_length` and nothing that may be cut, no such
                truncation, one without a length, or half of a surrogate pair in the text.
        """
        limit = length_limit(max_length, truncation, self.model_max_length)
        pieces = self.pieces(text, split_special_tokens)
        if limit is not None:
            kept, _ = truncated_lengths(len(pieces), 0, 0, limit, strategy_of(truncation))
            pieces = pieces[:kept]
        return Encoding(
            ids=[piece.id for piece in pieces],
            tokens=[self.vocabulary[piece.id] for piece in pieces],
            type_ids=[0] * len(pieces),
            attention_mask=[1] * len(pieces),
            offsets=[(piece.start, piece.end) for piece in pieces],
        )

    def __call__(
        self,
        texts: str | Sequence[str],
        max_length: int | None = None,
        truncation: str | bool = False,
        padding_side: str = "right",
        split_special_tokens: bool = True,
    ) -> dict[str, Any]:
        """A batch: `input_ids` and `attention_mask`, `[batch, length]`, as long as the longest.

        Args:
            texts: one text, or several.
            max_length, truncation, split_special_tokens: as in `encode`.
            padding_side: where shorter texts are filled up: "right" to learn from them, "left" to
                let a model go on writing, so that every text ends where the new one begins.

        Raises:
            UserError: as in `encode`; no text at all; no such side; nothing to pad with.
        """
        options = max_length, truncation, split_special_tokens
        texts = [texts] if isinstance(texts, str) else texts
        batch = pad([self.encode(text, *options) for text in texts], self.pad_id, side=padding_side)
        return {name: batch[name] for name in ("input_ids", "attention_mask")}

    # Ids to text

    @abstractmethod
    def decode(self, ids: Iterable[int], skip_special_tokens: bool = True) -> str:
        """The text of some ids."""

    def pieces_of_ids(self, ids: Iterable[int], skip_special_tokens: bool) -> list[str]:
        """The pieces of some ids, with or without the special ones.

        Raises:
            UserError: an id outside the vocabulary.
        """
        ids = [int(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < self.vocab_size]
        if outside:
            raise UserError(f"id {outside[0]} lies outside the vocabulary of {self.vocab_size}")
        skipped = set(self.special_ids) if skip_special_tokens else set()
        return [self.vocabulary[i] for i in ids if i not in skipped]


def check_characters(text: str) -> None:
    """Raise a `UserError` if a text holds half of a surrogate pair, which UTF-8 cannot write."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"the text holds half of a surrogate pair, {text[error.start]!r}, at {error.start}: "
            "this is no character; replace it, as text.encode('utf-8', 'replace').decode() does"
        ) from error
