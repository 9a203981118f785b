"""A tokenizer whose pieces are characters.

    窗前明月光   →   窗 前 明 月 光

This suits Chinese: its characters are words or parts of words, and a few thousand make up nearly
all texts. A character that does not occur in the training texts is [UNK], and unlike the bytes of
`byte_pair.py` it is lost in `decode`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from zen_transformer.errors import UserError, check_range
from zen_transformer.tokenizers.added_tokens import AddedToken
from zen_transformer.tokenizers.character_files import UNKNOWN, read_characters, write_characters
from zen_transformer.tokenizers.encoding import Piece
from zen_transformer.tokenizers.plain_text import PlainTextTokenizer, check_characters

PADDING, BEGINNING, END = "[PAD]", "[BOS]", "[EOS]"
SPECIAL_TOKENS = (PADDING, UNKNOWN, BEGINNING, END)


@dataclass
class CharacterTokenizer(PlainTextTokenizer):
    """A vocabulary of characters and special tokens.

    A special token that is written in a text is plain text, unless `split_special_tokens=False`
    (`plain_text.py`). Tokens that begin or end a text are added by the caller, as `bos_id` and
    `eos_id`.

    Args:
        vocabulary: special tokens and characters; the id of a piece is its place.
        special_tokens: pieces that stand for no text, and [UNK].
        eos_token: the special token that ends a text.
        bos_token: the special token that begins a text; if None, `eos_token`.
        pad_token: the special token that fills a batch; if None, `eos_token`.
        model_max_length: Maximum number of tokens of the model, to which `truncation` shortens
            where no `max_length` is given.
        clean_up_tokenization_spaces: what `decode` does by default (`clean_up.py`).

    Raises:
        UserError: a piece of several characters is not a special token; a piece occurs twice; or a
            special token is not in the vocabulary or is a single character.
    """

    vocabulary: list[str]
    special_tokens: tuple[str, ...] = SPECIAL_TOKENS
    eos_token: str | None = END
    bos_token: str | None = BEGINNING
    pad_token: str | None = PADDING
    model_max_length: int | None = None
    clean_up_tokenization_spaces: bool = False
    ids: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self):
        self._index()
        special = set(self.special_tokens)
        if UNKNOWN not in special:
            raise UserError(f"{UNKNOWN} is none of the special tokens: it stands for the unknown")
        for piece in self.vocabulary:
            if (len(piece) == 1) == (piece in special):
                kind = "special token, which needs several" if piece in special else "piece of one"
                raise UserError(f"{piece!r} has {len(piece)} characters: it is no {kind}")
        self.unk_id = self.ids[UNKNOWN]
        self._index_added()

    def check_added_token(self, token: AddedToken) -> None:
        """Raise a `UserError`: every piece here is a character or a special token."""
        raise UserError(
            "a tokenizer of characters has no added tokens: give them to train, as special_tokens"
        )

    def _behaviour(self) -> tuple[Any, ...]:
        return self.vocabulary, self.special_tokens

    # Training and files

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int | None = None,
        special_tokens: Sequence[str] = SPECIAL_TOKENS,
        min_frequency: int = 1,
    ) -> Self:
        """Make a vocabulary of the characters of texts, the most frequent first.

        Args:
            texts: read once, one after the other.
            vocab_size: Maximum number of pieces, special tokens included; if not given, all
                characters become pieces.
            special_tokens: get the first ids, in this order; others may be added to the four, such
                as one that separates a question from its answer.
            min_frequency: Minimum count of a character; rarer ones are [UNK].

        Raises:
            UserError: no characters in the texts, or a `vocab_size` that leaves room for none.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            check_characters(text)
            counts.update(text)
        if not counts:
            raise UserError("no characters to train a vocabulary on: the text is empty")
        check_range("min_frequency", min_frequency, 1)
        known = [c for c in counts if counts[c] >= min_frequency]
        known.sort(key=lambda character: (-counts[character], character))
        if vocab_size is not None:
            check_range("vocab_size", vocab_size, len(special_tokens) + 1)
            del known[vocab_size - len(special_tokens) :]
        return cls([*special_tokens, *known], tuple(special_tokens))

    _read = staticmethod(read_characters)

    def _write(self, folder: Path) -> None:
        write_characters(folder, self)

    # Text to ids and back

    def plain_ids(self, text: str) -> list[int]:
        """Return the ids of a text, where special tokens are plain text."""
        return [self.ids.get(character, self.unk_id) for character in text]

    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """Return the pieces of `text[start:end]`, where special tokens are plain text."""
        ids = self.plain_ids(text[start:end])
        return [Piece(piece_id, offset, offset + 1) for offset, piece_id in enumerate(ids, start)]

    def text_of_pieces(self, pieces: Sequence[str]) -> str:
        """Return the characters, joined."""
        return "".join(pieces)
