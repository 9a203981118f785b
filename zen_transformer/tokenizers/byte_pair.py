"""Words become pieces by merging.  Sennrich et al. 2016; Radford et al. 2019 (GPT-2), section 2.2;
HuggingFace's `GPT2Tokenizer`.

    " hugs"  →  the bytes of a word as characters     Ġ h u g s            (`bytes.py`)
             →  the pair that was learnt first         Ġ h ug s
                becomes one piece, again and again     Ġh ug s
             →  until no two neighbours are a pair     Ġhug s

A pair's rank is its place among the merges: where two could be merged, the lower rank goes
first, as when the vocabulary was learnt (`byte_pair_training.py`). Every byte is a piece, so any
text can be written, and comes back as it was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Self

from zen_transformer.errors import UserError
from zen_transformer.tokenizers.base import WordCache
from zen_transformer.tokenizers.byte_characters import CHARACTERS, as_bytes
from zen_transformer.tokenizers.byte_pair_files import read_byte_pair, write_byte_pair
from zen_transformer.tokenizers.byte_pair_training import END_OF_TEXT, Merge, train_merges
from zen_transformer.tokenizers.encoding import Piece
from zen_transformer.tokenizers.plain_text import PlainTextTokenizer, check_characters
from zen_transformer.tokenizers.pre_tokenization import word_pattern

Pair = tuple[int, int]


def merge(pieces: Sequence[int], merges: dict[Pair, tuple[int, int]]) -> list[int]:
    """Merge neighbours, the lowest rank first and then from left to right.

    What may be merged waits in a heap, so a word of n pieces takes n·log(n) steps.

    Args:
        pieces: ids.
        merges: of a pair its rank, and what it becomes.
    """
    n = len(pieces)
    # None where a piece went into the one before it; the last None, which is also at -1, stands
    # beyond both ends of the word.
    joined: list[int | None] = [*pieces, None]
    before, after = list(range(-1, n)), [*range(1, n + 1), n]
    waiting: list[tuple[int, int]] = []

    def offer(i: int) -> None:
        """Let the pair that begins at a place wait, by its rank, if it may be merged."""
        found = merges.get((joined[i], joined[after[i]]))  # type: ignore[arg-type]
        if found is not None:
            heappush(waiting, (found[0], i))

    for i in range(n):
        offer(i)
    while waiting:
        rank, i = heappop(waiting)
        right = after[i]
        found = merges.get((joined[i], joined[right]))  # type: ignore[arg-type]
        if found is None or found[0] != rank:
            continue  # one of its pieces was merged in the meantime
        joined[i], joined[right] = found[1], None
        after[i] = after[right]
        before[after[i]] = i
        offer(before[i])
        offer(i)
    return [piece for piece in joined if piece is not None]


@dataclass
class ByteLevelBPETokenizer(PlainTextTokenizer):
    """A vocabulary of bytes and what was merged from them.

    Special tokens written in a text are just letters, unless asked for (`tokenizer.py`).

    Args:
        vocabulary: the pieces, in the characters of `bytes.py`; a piece's id is its place.
        merges: pairs of pieces that become one, the first learnt first.
        special_tokens: pieces that stand for no text.
        eos_token: the special token that ends a text.
        bos_token: the one that begins it; if not given, `eos_token`.
        pad_token: the one that fills a batch; if not given, `eos_token`.
        model_max_length: tokens that the model can read, where truncation is not told how many.

    Raises:
        UserError: a byte or a merged piece that is not in the vocabulary, a special token that
            is not or that merging can make, or the same piece twice.
    """

    vocabulary: list[str]
    merges: list[Merge]
    special_tokens: tuple[str, ...] = (END_OF_TEXT,)
    eos_token: str | None = END_OF_TEXT
    bos_token: str | None = None
    pad_token: str | None = None
    model_max_length: int | None = None
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

    def _checked_merges(self) -> Iterable[tuple[int, Pair, int]]:
        """Rank, the pair's ids and the id of what it becomes."""
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
        """What every piece writes; special tokens write their names."""
        special = set(self.special_tokens)
        found = []
        for piece in self.vocabulary:
            try:
                found.append(piece.encode() if piece in special else as_bytes(piece))
            except KeyError as error:
                raise UserError(
                    f"the piece {piece!r} has {error.args[0]!r} in it, which stands for no byte: "
                    "this is no byte-level vocabulary, or a special token is not listed as one"
                ) from error
        return found

    def _behaviour(self) -> tuple[Any, ...]:
        return self.vocabulary, self.merges, self.special_tokens

    # Made, read and written

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
        """A tokenizer whose vocabulary is learnt from the texts.

        The merges are those that the `tokenizers` library learns from the same texts.

        Args:
            texts: read once, a text after the other.
            vocab_size: pieces in the vocabulary, special tokens and 256 bytes included.
            special_tokens: have the first ids, in this order.
            min_frequency: pairs that occur less often are not merged.
            report: called with each merged pair and its count.
            eos_token: which of the special tokens ends a text; if not given, the first one.
            bos_token, pad_token: as in the class.

        Raises:
            UserError: no words in the texts, or a `vocab_size` too small for the bytes.
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

    # Text to pieces and back

    def ids_of_word(self, word: str) -> tuple[int, ...]:
        """Return the ids of a word's pieces; `_cache` remembers them."""
        return tuple(merge([self._byte_ids[byte] for byte in word.encode()], self._merges))

    def plain_ids(self, text: str) -> list[int]:
        """The ids of a text in which nothing is special."""
        return [i for word in self._pattern.findall(text) for i in self._cache[word]]

    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """The pieces of text[start:end]. One that holds only some bytes of a character has the
        place of the whole character."""
        found = []
        for word in self._pattern.finditer(text, start, end):
            # The place of the character that each byte belongs to; in ASCII every byte is one.
            places: Sequence[int] = range(*word.span())
            if not word[0].isascii():
                places = [place for place in places for _ in text[place].encode()]
            first = 0
            for piece in self._cache[word[0]]:
                last = first + len(self._bytes[piece]) - 1
                found.append(Piece(piece, places[first], places[last] + 1))
                first = last + 1
        return found

    def decode(self, ids: Iterable[int], skip_special_tokens: bool = True) -> str:
        """The text of some ids. Bytes that are no UTF-8, as where a character was cut in two,
        become \\ufffd.

        Raises:
            UserError: an id outside the vocabulary.
        """
        pieces = self.pieces_of_ids(ids, skip_special_tokens)
        written = b"".join(self._bytes[self.ids[piece]] for piece in pieces)
        return written.decode("utf-8", errors="replace")
