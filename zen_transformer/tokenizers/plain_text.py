"""Tokenizers for models that generate text: the ids are the text and nothing else.

No token is added, so the ids of a text may be divided anywhere and joined again. A special token
that is written in a text is by default text like all other: `"<|endoftext|>"` becomes the pieces of
<, |, endoftext and so on, and no text that somebody sends can end a text or reach into another one.
With `split_special_tokens=False`, which is HuggingFace's default, it becomes that special token; of
several that begin at the same place, the longest.
"""

from abc import abstractmethod

from zen_transformer.errors import UserError, check_characters
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.encoding import Encoding, Piece
from zen_transformer.tokenizers.truncation import (
    length_limit,
    truncated_lengths,
    truncation_strategy,
)


class PlainTextTokenizer(Tokenizer):
    """A tokenizer whose special tokens are those that its vocabulary was given."""

    def _index(self) -> None:
        """Prepare to look pieces up by their names.

        Raises:
            UserError: a piece occurs twice, or a special token is not in the vocabulary.
        """
        super()._index()
        if len(self.ids) < len(self.vocabulary):
            twice = next(p for i, p in enumerate(self.vocabulary) if self.ids[p] != i)
            raise UserError(f"the vocabulary has the piece {twice!r} twice")
        self.special_tokens = tuple(sorted(self.special_tokens, key=self.ids.__getitem__))

    def _index_added(self) -> None:
        """Give the added tokens that the vocabulary lacks the ids that follow.

        Raises:
            UserError: a token that has a role is not special, or a special one is a piece of plain
                text.
        """
        super()._index_added()
        for role in ("bos_token", "eos_token", "pad_token"):
            if getattr(self, role) not in (None, *self.special_tokens):
                raise UserError(
                    f"{role} is {getattr(self, role)!r}, which is none of the special tokens: "
                    f"{', '.join(self.special_tokens) or 'there are none'}"
                )

    @abstractmethod
    def plain_ids(self, text: str) -> list[int]:
        """Return the ids of a text that `check_characters` lets pass."""

    def text_ids(self, text: str) -> list[int]:
        """Return the ids of a text, without offsets; special tokens are plain text.

        Raises:
            UserError: the text holds half of a surrogate pair.
        """
        check_characters(text)
        if self._keeps_tokens:
            return [piece.id for piece in self.pieces(text)]
        return self.plain_ids(text)

    def pieces(self, text: str, split_special_tokens: bool = True) -> list[Piece]:
        """Return the pieces of a text with their offsets.

        Raises:
            UserError: the text holds half of a surrogate pair.
        """
        check_characters(text)
        return super().pieces(text, split_special_tokens)

    def tokenize(self, text: str, split_special_tokens: bool = True) -> list[str]:
        """Return the pieces of a text as strings."""
        return [self.vocabulary[piece.id] for piece in self.pieces(text, split_special_tokens)]

    def encode(
        self,
        text: str,
        max_length: int | None = None,
        truncation: str | bool = False,
        split_special_tokens: bool = True,
    ) -> Encoding:
        """Turn a text into model input. No token is added.

        Args:
            text: any text.
            max_length: Maximum number of tokens.
            truncation: "do_not_truncate" (or False): more tokens are an error; "longest_first" (or
                True): keep the first `max_length`, or if that is not given, `model_max_length`.
            split_special_tokens: Take special tokens written in the text for plain text.

        Raises:
            UserError: more tokens than `max_length` and no truncation, an unknown truncation, one
                without a length, or half of a surrogate pair in the text.
        """
        limit = length_limit(max_length, truncation, self.model_max_length)
        pieces = self.pieces(text, split_special_tokens)
        if limit is not None:
            length, _ = truncated_lengths(len(pieces), 0, 0, limit, truncation_strategy(truncation))
            pieces = pieces[:length]
        return self._encoding(pieces)
