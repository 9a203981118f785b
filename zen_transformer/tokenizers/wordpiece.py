"""WordPiece, the tokenizer of BERT.  Wu et al. 2016, section 4.1; HuggingFace's `BertTokenizer`.

A word becomes the longest piece of the vocabulary that it begins with, then the longest that
continues it (marked ##), and so on; a word of which something is left over is [UNK]:

    unaffable  →  un ##aff ##able
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from zen_transformer.tokenizers.added_tokens import AddedToken
from zen_transformer.tokenizers.base import CACHE_LIMIT, Tokenizer, WordCache
from zen_transformer.tokenizers.clean_up import WordPieceDecoder
from zen_transformer.tokenizers.encoding import Encoding, Piece, WordEncoding
from zen_transformer.tokenizers.normalization import CHINESE, CHUNK, Word, words_in_chunk
from zen_transformer.tokenizers.truncation import (
    length_limit,
    truncated_lengths,
    truncation_strategy,
)
from zen_transformer.tokenizers.wordpiece_files import (
    Normalization,
    read_wordpiece,
    write_wordpiece,
)
from zen_transformer.tokenizers.wordpiece_training import (
    MAX_WORD_LENGTH,
    PREFIX,
    SPECIAL_TOKENS,
    Pair,
    train_vocabulary,
)


@dataclass
class WordPieceTokenizer(Tokenizer):
    """BERT's tokenizer: text is normalized, and its words are split into pieces.

    A special token that is written in a text is that token, except for `text_ids`.

    Args:
        vocabulary: the pieces; the id of a piece is its place. Of a piece that occurs twice the
            last place counts, as in HuggingFace, and the earlier one has no piece: it is "".
        lowercase: Convert text to lower case.
        strip_accents: Remove accents; if not given, as `lowercase`.
        tokenize_chinese_chars: Make every Chinese character a word.
        model_max_length: Maximum number of tokens of the model, to which `truncation` shortens
            where no `max_length` is given.
        max_input_chars_per_word: Maximum number of characters of a word; a longer one is [UNK].
        added_tokens: kept whole in texts (`added_tokens.py`).
        decoder: how `decode` joins pieces (`clean_up.py`); if None, with spaces between all.
        clean_up_tokenization_spaces: what `decode` does after that by default.

    Raises:
        UserError: a special token is not in the vocabulary.
    """

    vocabulary: list[str]
    lowercase: bool = True
    strip_accents: bool | None = None
    tokenize_chinese_chars: bool = True
    model_max_length: int | None = None
    max_input_chars_per_word: int = MAX_WORD_LENGTH
    added_tokens: tuple[AddedToken, ...] = ()
    decoder: WordPieceDecoder | None = WordPieceDecoder()
    clean_up_tokenization_spaces: bool = False
    ids: dict[str, int] = field(init=False, repr=False)

    special_tokens = SPECIAL_TOKENS
    pad_token = "[PAD]"
    model_input_names = ("input_ids", "attention_mask", "token_type_ids")

    def __post_init__(self):
        self._index()
        if len(self.ids) < len(self.vocabulary):
            self.vocabulary = [p if self.ids[p] == i else "" for i, p in enumerate(self.vocabulary)]
            self._index()
        _, self.unk_id, self.cls_id, self.sep_id, self.mask_id = self.special_ids
        self._index_added()
        self._cache = WordCache(self.pieces_of_chunk)

    def _behaviour(self) -> tuple[Any, ...]:
        options = self.lowercase, self.strip_accents, self.tokenize_chinese_chars
        longest = self.max_input_chars_per_word
        # The fingerprints of older runs know the usual number only, and no added tokens.
        more: list[Any] = [] if longest == MAX_WORD_LENGTH else [longest]
        more += [self.added_tokens] if self.added_tokens else []
        return self.vocabulary, *options, *more

    # Training and files

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
        """Train a vocabulary on texts (`wordpiece_training.py`).

        Args:
            texts: read once, one after the other.
            vocab_size: Number of pieces, special tokens included; fewer if no pair is left to
                merge.
            lowercase, strip_accents, tokenize_chinese_chars: as in the class.
            alphabet_limit: Maximum number of characters; rarer ones are [UNK].
            report: called with each merged pair and its count.

        Raises:
            UserError: no words in the texts, or a `vocab_size` too small for the characters.
        """
        tokenizer = cls(list(SPECIAL_TOKENS), lowercase, strip_accents, tokenize_chinese_chars)
        words = tokenizer.count_words(texts)
        vocabulary = train_vocabulary(words, vocab_size, alphabet_limit, report)
        return cls(vocabulary, lowercase, strip_accents, tokenize_chinese_chars)

    _read = staticmethod(read_wordpiece)

    def _write(self, folder: Path) -> None:
        normalization: Normalization = {
            "lowercase": self.lowercase,
            "strip_accents": self.strip_accents,
            "tokenize_chinese_chars": self.tokenize_chinese_chars,
            "max_input_chars_per_word": self.max_input_chars_per_word,
        }
        write_wordpiece(folder, self, normalization, self.decoder)

    # Text to pieces

    def words(self, chunk: str) -> list[Word]:
        """Return the normalized words of a text without white space."""
        strip_accents = self.lowercase if self.strip_accents is None else self.strip_accents
        return words_in_chunk(chunk, self.lowercase, strip_accents, self.tokenize_chinese_chars)

    def normalized(self, text: str) -> tuple[str, Sequence[int]]:
        """Return the normalized text, and the offset of the character that each of its characters
        is from."""
        found = [part for offset in range(len(text)) for part in self._normalized(text, offset)]
        return "".join(part for part, _ in found), [offset for _, offset in found]

    def _normalized(self, text: str, offset: int) -> list[tuple[str, int]]:
        if not CHUNK.match(text[offset]):
            return [(" ", offset)]
        chinese = self.tokenize_chinese_chars and CHINESE.match(text[offset])
        around = [" "] if chinese else []
        characters = [c.text for word in self.words(text[offset]) for c in word.characters]
        return [(c, offset) for c in [*around, *characters, *around]]

    def count_words(self, texts: Iterable[str]) -> Counter[str]:
        """Count the normalized words of texts, without those too long to be split.

        Chunks are counted first, since most occur often; when they would fill the memory, as in
        Chinese, they are split into words.
        """
        words: Counter[str] = Counter()
        chunks: Counter[str] = Counter()

        def count_words_of_chunks() -> None:
            for chunk, count in chunks.items():
                for word in self.words(chunk):
                    if len(word.characters) <= self.max_input_chars_per_word:
                        words[word.text] += count
            chunks.clear()

        for text in texts:
            chunks.update(CHUNK.findall(text))
            if len(chunks) > CACHE_LIMIT:
                count_words_of_chunks()
        count_words_of_chunks()
        return words

    def pieces_of_word(self, word: Word) -> list[Piece]:
        """Return the pieces of a word: the longest match first, from left to right."""
        characters = word.characters
        unknown = Piece(self.unk_id, characters[0].source, characters[-1].source + 1)
        if len(characters) > self.max_input_chars_per_word:
            return [unknown]
        text, pieces, start = word.text, [], 0
        while start < len(text):
            prefix = PREFIX if start else ""
            for end in range(len(text), start, -1):
                if (piece_id := self.model_ids.get(prefix + text[start:end])) is not None:
                    break
            else:
                return [unknown]
            offsets = characters[start].source, characters[end - 1].source + 1
            pieces.append(Piece(piece_id, *offsets))
            start = end
        return pieces

    def pieces_of_chunk(self, chunk: str) -> tuple[Piece, ...]:
        """Return the pieces of a text without white space; `_cache` holds those computed before."""
        return tuple(p for word in self.words(chunk) for p in self.pieces_of_word(word))

    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """Return the pieces of `text[start:end]`, where special tokens are plain text."""
        return [
            Piece(piece.id, chunk.start() + piece.start, chunk.start() + piece.end)
            for chunk in CHUNK.finditer(text, start, end)
            for piece in self._cache[chunk[0]]
        ]

    def text_ids(self, text: str) -> list[int]:
        """Return the ids of a text, without offsets; "[MASK]" is plain text, no token is added."""
        if self._keeps_tokens:
            return [piece.id for piece in self.pieces(text, split_special_tokens=True)]
        return [piece[0] for chunk in CHUNK.findall(text) for piece in self._cache[chunk]]

    # Pieces to model inputs and back

    def encode(
        self,
        text: str,
        pair: str | None = None,
        max_length: int | None = None,
        truncation: str | bool = False,
    ) -> Encoding:
        """Return [CLS] text [SEP], or [CLS] text [SEP] pair [SEP].

        Args:
            text: any text; special tokens written in it, such as [MASK], are these tokens.
            pair: a second text, whose tokens have the type id 1.
            max_length: Maximum number of tokens, added ones included.
            truncation: what to do with more tokens: "do_not_truncate" (or False) is an error,
                "only_first" and "only_second" shorten that text, "longest_first" (or True) the
                longer one, token by token (`truncation.py`). If `max_length` is not given,
                `model_max_length` holds.

        Raises:
            UserError: more tokens than `max_length` that truncation cannot remove, an unknown
                truncation, or one without a length.
        """
        strategy = truncation_strategy(truncation)
        max_length = length_limit(max_length, truncation, self.model_max_length)
        first = self.pieces(text)
        second = None if pair is None else self.pieces(pair)
        if max_length is not None:
            added = 2 if second is None else 3
            lengths = len(first), len(second or ())
            a, b = truncated_lengths(*lengths, added, max_length, strategy)
            first, second = first[:a], None if second is None else second[:b]
        cls, sep = Piece(self.cls_id, 0, 0), Piece(self.sep_id, 0, 0)
        segments = [[cls, *first, sep]] if second is None else [[cls, *first, sep], [*second, sep]]
        return self._encoding(*segments)

    def encode_words(self, words: Sequence[str], max_length: int | None = None) -> WordEncoding:
        """Return [CLS] words [SEP], and the place of each word's first piece.

        Args:
            words: of a sentence, each of which is split into pieces by itself, as HuggingFace does
                with `is_split_into_words`; special tokens written in them are plain text.
            max_length: Maximum number of tokens, [CLS] and [SEP] included, at least 2; what is
                beyond is cut off. If not given, nothing is.
        """
        text = " ".join(words)
        limit = sys.maxsize if max_length is None else max_length - 2
        pieces: list[Piece] = []
        first_pieces: list[int | None] = []
        start = 0
        for word in words:
            found = self.pieces_between(text, start, start + len(word), True)
            there = bool(found) and len(pieces) < limit
            first_pieces.append(len(pieces) + 1 if there else None)  # behind [CLS]
            pieces += found
            start += len(word) + 1
        cls, sep = Piece(self.cls_id, 0, 0), Piece(self.sep_id, 0, 0)
        return WordEncoding(self._encoding([cls, *pieces[:limit], sep]), first_pieces)

    def text_of_pieces(self, pieces: Sequence[str]) -> str:
        """Return the text of some pieces: joined to words, and these by spaces."""
        there = [piece for piece in pieces if piece]
        return " ".join(there) if self.decoder is None else self.decoder(there)
