"""Every character is a piece.

    窗前明月光   →   窗 前 明 月 光

Chinese needs nothing else: its characters are words or parts of them already, and a few thousand
write nearly everything. A character that was not in the texts the vocabulary comes from is
[UNK], so unlike the bytes of `byte_pair.py` it does not come back.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from zen_transformer.errors import UserError, check_range
from zen_transformer.tokenizers.character_files import UNKNOWN, read_characters, write_characters
from zen_transformer.tokenizers.encoding import Piece
from zen_transformer.tokenizers.plain_text import PlainTextTokenizer, check_characters

PADDING, BEGINNING, END = "[PAD]", "[BOS]", "[EOS]"
SPECIAL_TOKENS = (PADDING, UNKNOWN, BEGINNING, END)


@dataclass
class CharacterTokenizer(PlainTextTokenizer):
    """A vocabulary of characters, and special tokens for padding, for what is unknown, and for
    the beginning and the end of a text, which the caller puts there by `bos_id` and `eos_id`.

    Special tokens written in a text are just letters, unless asked for (`tokenizer.py`).

    Args:
        vocabulary: special tokens and characters; an id is a place among them.
        special_tokens: those that stand for no text; [UNK] is one of them.
        eos_token, bos_token, pad_token: those that end a text, begin it and fill a batch; without
            the second or third the first does its work.
        model_max_length: tokens that the model can read, where truncation is not told how many.

    Raises:
        UserError: a piece of several characters, one that is there twice, or a special token
            that is not there.
    """

    vocabulary: list[str]
    special_tokens: tuple[str, ...] = SPECIAL_TOKENS
    eos_token: str | None = END
    bos_token: str | None = BEGINNING
    pad_token: str | None = PADDING
    model_max_length: int | None = None
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

    def _behaviour(self) -> tuple[Any, ...]:
        return self.vocabulary, self.special_tokens

    # Made, read and written

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int | None = None,
        special_tokens: Sequence[str] = SPECIAL_TOKENS,
        min_frequency: int = 1,
    ) -> Self:
        """A tokenizer of the characters in some texts, the most frequent first.

        Args:
            texts: read once, a text after the other.
            vocab_size: pieces to end with at the most, special tokens included; if not given, as
                many as there are.
            special_tokens: have the first ids, in this order: the four usual ones, and others
                besides, such as one that stands between a question and its answer.
            min_frequency: rarer characters are [UNK].

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

    # Text to pieces and back

    def plain_ids(self, text: str) -> list[int]:
        """The ids of a text in which nothing is special."""
        return [self.ids.get(character, self.unk_id) for character in text]

    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """The pieces of text[start:end]."""
        ids = self.plain_ids(text[start:end])
        return [Piece(found, place, place + 1) for place, found in enumerate(ids, start)]

    def decode(self, ids: Iterable[int], skip_special_tokens: bool = True) -> str:
        """The characters of some ids in a row.

        Raises:
            UserError: an id outside the vocabulary.
        """
        return "".join(self.pieces_of_ids(ids, skip_special_tokens))
