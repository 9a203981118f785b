"""Byte-level BPE, the tokenizer of GPT-2.  Sennrich et al. 2016; Radford et al. 2019, section 2.2;
HuggingFace's `GPT2Tokenizer`.

    " hugs"  →  the bytes of a word as characters          Ġ h u g s     (`byte_characters.py`)
             →  the pair of the lowest rank                Ġ h ug s
                becomes one piece, again and again         Ġh ug s
             →  until no two neighbours can be merged      Ġhug s

The rank of a pair is its place among the merges, in the order of training
(`byte_pair_training.py`). Every byte is a piece, so any text has ids, and `decode` returns it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Self

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.added_tokens import AddedToken
from zen_transformer.tokenizers.base import WordCache
from zen_transformer.tokenizers.byte_characters import CHARACTERS, as_bytes
from zen_transformer.tokenizers.byte_pair_files import read_byte_pair, write_byte_pair
from zen_transformer.tokenizers.byte_pair_training import END_OF_TEXT, Merge, train_merges
from zen_transformer.tokenizers.encoding import Piece
from zen_transformer.tokenizers.plain_text import PlainTextTokenizer, check_characters
from zen_transformer.tokenizers.pre_tokenization import word_pattern

IdPair = tuple[int, int]


def apply_merges(pieces: Sequence[int], merges: dict[IdPair, tuple[int, int]]) -> list[int]:
    """Merge neighbours, the lowest rank first, and from left to right.

    Pairs that can be merged are kept in a heap, so a word of n pieces takes n·log(n) steps.

    Args:
        pieces: the ids of a word's bytes.
        merges: the rank of each pair, and the id of the piece that it becomes.

    Returns:
        The ids of the word's pieces.
    """
    n = len(pieces)
    # None stands for a piece that was merged into the one before it; the last None, which is also
    # at -1, stands for both ends of the word.
    joined: list[int | None] = [*pieces, None]
    before, after = list(range(-1, n)), [*range(1, n + 1), n]
    heap: list[tuple[int, int]] = []

    def push(i: int) -> None:
        """Put the pair that begins at i on the heap, if it can be merged."""
        merge = merges.get((joined[i], joined[after[i]]))  # type: ignore[arg-type]
        if merge is not None:
            heappush(heap, (merge[0], i))

    for i in range(n):
        push(i)
    while heap:
        rank, i = heappop(heap)
        right = after[i]
        merge = merges.get((joined[i], joined[right]))  # type: ignore[arg-type]
        if merge is None or merge[0] != rank:
            continue  # one of its pieces was merged in the meantime
        joined[i], joined[right] = merge[1], None
        after[i] = after[right]
        before[after[i]] = i
        push(before[i])
        push(i)
    return [piece for piece in joined if piece is not None]


@dataclass
class ByteLevelBPETokenizer(PlainTextTokenizer):
    """GPT-2's tokenizer: the pieces of a word are merged from its bytes.

    A special token that is written in a text is plain text, unless `split_special_tokens=False`
    (`plain_text.py`).

    Args:
        vocabulary: the pieces, in the characters of `byte_characters.py`; the id of a piece is its
            place.
        merges: the pairs of pieces that become one, in the order of training.
        special_tokens: pieces that stand for no text.
        eos_token: the special token that ends a text.
        bos_token: the special token that begins a text; if not given, `eos_token`.
        pad_token: the special token that fills a batch; if not given, `eos_token`.
        model_max_length: Maximum number of tokens of the model, to which `truncation` shortens
            where no `max_length` is given.
        added_tokens: kept whole in texts (`added_tokens.py`).

    Raises:
        UserError: a byte, a merged piece or a special token is not in the vocabulary; a special
            token is a byte or a merged piece; or a piece occurs twice.
    """

    vocabulary: list[str]
    merges: list[Merge]
    special_tokens: tuple[str, ...] = (END_OF_TEXT,)
    eos_token: str | None = END_OF_TEXT
    bos_token: str | None = None
    pad_token: str | None = None
    model_max_length: int | None = None
    added_tokens: tuple[AddedToken, ...] = ()
    ids: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self):
        self._index()
        missing = [byte for byte, character in enumerate(CHARACTERS) if character not in self.ids]
        if missing:
            raise UserError(
                f"the vocabulary lacks {len(missing)} of the 256 bytes, the first is "
                f"{missing[0]} ({CHARACTERS[missing[0]]!r}): not every text could be written"
            )
        if letters := set(self.special_tokens) & set(CHARACTERS):
            raise UserError(
                f"the special token {min(letters)!r} is a byte of plain text: rename it"
            )
        self._byte_ids = [self.ids[character] for character in CHARACTERS]
        self._merges = {pair: (rank, piece) for rank, pair, piece in self._checked_merges()}
        self._bytes = self._bytes_of_pieces()
        self._cache = WordCache(self.ids_of_word)
        self._pattern = word_pattern()
        self._index_added()

    def _index_added(self) -> None:
        """Give the added tokens that the vocabulary lacks the ids that follow, and their bytes."""
        super()._index_added()
        new = self.vocabulary[len(self._bytes) :]
        self._bytes = [*self._bytes, *(token.encode() for token in new)]

    def check_added_token(self, token: AddedToken) -> None:
        """Raise a `UserError` for a special token that plain text may hold."""
        super().check_added_token(token)
        plain = {*self._byte_ids, *(piece for _, piece in self._merges.values())}
        if token.special and self.model_ids.get(token.content) in plain:
            raise UserError(
                f"the special token {token.content!r} is a piece of plain text: rename it"
            )

    def _checked_merges(self) -> Iterable[tuple[int, IdPair, int]]:
        """Yield the rank of each merge, the ids of its pair, and the id of the piece it makes."""
        special = set(self.special_ids)
        for rank, (left, right) in enumerate(self.merges):
            for piece in (left, right, left + right):
                if piece not in self.ids:
                    raise UserError(
                        f"merge {rank + 1}, {left} {right}, needs the piece {piece!r}, which is "
                        "not in the vocabulary: vocabulary and merges belong to two tokenizers, or "
                        "one of them is damaged"
                    )
            if self.ids[left + right] in special:
                raise UserError(
                    f"merge {rank + 1}, {left} {right}, makes the special token {left + right!r} "
                    "of plain text: rename that token"
                )
            yield rank, (self.ids[left], self.ids[right]), self.ids[left + right]

    def _bytes_of_pieces(self) -> list[bytes]:
        """Return the bytes that each piece stands for; for special tokens, their names."""
        special = set(self.special_tokens)
        bytes_of_pieces = []
        for piece in self.vocabulary:
            try:
                bytes_of_pieces.append(piece.encode() if piece in special else as_bytes(piece))
            except KeyError as error:
                raise UserError(
                    f"the piece {piece!r} has {error.args[0]!r} in it, which stands for no byte: "
                    "this is no byte-level vocabulary, or a special token is not listed as one"
                ) from error
        return bytes_of_pieces

    def _behaviour(self) -> tuple[Any, ...]:
        added = [self.added_tokens] if self.added_tokens else []
        return self.vocabulary, self.merges, self.special_tokens, *added

    # Training and files

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int = 30_000,
        special_tokens: Sequence[str] = (END_OF_TEXT,),
        min_frequency: int = 2,
        report: Callable[[Merge, int], None] = lambda pair, count: None,
        eos_token: str | None = None,
        bos_token: str | None = None,
        pad_token: str | None = None,
    ) -> Self:
        """Train a vocabulary on texts (`byte_pair_training.py`).

        The `tokenizers` library learns the same merges from the same texts.

        Args:
            texts: read once, one after the other.
            vocab_size: Number of pieces, special tokens and 256 bytes included; fewer if no pair is
                left to merge.
            special_tokens: get the first ids, in this order.
            min_frequency: Minimum count of a pair to be merged.
            report: called with each merged pair and its count.
            eos_token: the special token that ends a text; if not given, the first one.
            bos_token, pad_token: as in the class.

        Raises:
            UserError: no words in the texts, a `vocab_size` too small for the bytes, or unsuitable
                special tokens.
        """
        words: Counter[str] = Counter()
        for text in texts:
            check_characters(text)
            words.update(word_pattern().findall(text))
        vocabulary, merges = train_merges(words, vocab_size, special_tokens, min_frequency, report)
        if eos_token is None and special_tokens:
            eos_token = special_tokens[0]
        return cls(vocabulary, merges, tuple(special_tokens), eos_token, bos_token, pad_token)

    _read = staticmethod(read_byte_pair)

    def _write(self, folder: Path) -> None:
        write_byte_pair(folder, self, self.merges)

    # Text to ids and back

    def ids_of_word(self, word: str) -> tuple[int, ...]:
        """Return the ids of a word's pieces; `_cache` holds those computed before."""
        return tuple(apply_merges([self._byte_ids[byte] for byte in word.encode()], self._merges))

    def plain_ids(self, text: str) -> list[int]:
        """Return the ids of a text, where special tokens are plain text."""
        return [i for word in self._pattern.findall(text) for i in self._cache[word]]

    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """Return the pieces of `text[start:end]`, where special tokens are plain text. The offsets
        of a piece that holds only some bytes of a character are those of the character."""
        pieces = []
        for word in self._pattern.finditer(text, start, end):
            # The offset of the character that each byte belongs to; in ASCII, one byte each.
            offsets: Sequence[int] = range(*word.span())
            if not word[0].isascii():
                offsets = [offset for offset in offsets for _ in text[offset].encode()]
            first = 0
            for piece in self._cache[word[0]]:
                last = first + len(self._bytes[piece]) - 1
                pieces.append(Piece(piece, offsets[first], offsets[last] + 1))
                first = last + 1
        return pieces

    def text_of_pieces(self, pieces: Sequence[str]) -> str:
        """Return the text of some pieces. Bytes that are not UTF-8, such as a part of a character,
        become \\ufffd."""
        written = b"".join(self._bytes[self.ids[piece]] for piece in pieces)
        return written.decode("utf-8", errors="replace")

    def decode(
        self,
        ids: Iterable[int],
        skip_special_tokens: bool = True,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> str:
        """Return the text of some ids, as in `Tokenizer`, but never clean up its spaces: here they
        are the text's own, so HuggingFace takes this argument without effect, too."""
        return super().decode(ids, skip_special_tokens, clean_up_tokenization_spaces=False)
