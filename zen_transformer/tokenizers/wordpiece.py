"""Words become pieces.  Wu et al. 2016, section 4.1; HuggingFace's `BertTokenizer`.

The longest piece of the vocabulary that starts the word is taken, then the longest that
continues it (marked ##), and so on; a word that cannot be finished is [UNK]:

    unaffable  →  un ##aff ##able
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from zen_transformer.tokenizers.base import CACHE_LIMIT, Tokenizer, WordCache
from zen_transformer.tokenizers.encoding import Encoding, Piece
from zen_transformer.tokenizers.normalization import CHUNK, Word, words_in_chunk
from zen_transformer.tokenizers.truncation import length_limit, strategy_of, truncated_lengths
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
        vocabulary: the pieces; the id of a piece is its place.
        lowercase: Convert text to lower case.
        strip_accents: Remove accents; if not given, as `lowercase`.
        tokenize_chinese_chars: Make every Chinese character a word.
        model_max_length: Maximum number of tokens of the model, to which `truncation` shortens
            where no `max_length` is given.

    Raises:
        UserError: a special token is not in the vocabulary.
    """

    vocabulary: list[str]
    lowercase: bool = True
    strip_accents: bool | None = None
    tokenize_chinese_chars: bool = True
    model_max_length: int | None = None
    ids: dict[str, int] = field(init=False, repr=False)

    special_tokens = SPECIAL_TOKENS
    pad_token = "[PAD]"
    model_input_names = ("input_ids", "attention_mask", "token_type_ids")

    def __post_init__(self):
        self._index()
        _, self.unk_id, self.cls_id, self.sep_id, self.mask_id = self.special_ids
        self._cache = WordCache(self.pieces_of_chunk)

    def _behaviour(self) -> tuple[Any, ...]:
        options = self.lowercase, self.strip_accents, self.tokenize_chinese_chars
        return self.vocabulary, *options

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
        """A tokenizer whose vocabulary is learnt from the texts (`wordpiece_training.py`)."""
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
        }
        write_wordpiece(folder, self, normalization)

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
        """Return the pieces of a stretch without white space; `_cache` remembers them."""
        return tuple(p for word in self.words(chunk) for p in self.pieces_of_word(word))

    def plain_pieces(self, text: str, start: int, end: int) -> list[Piece]:
        """Return the pieces of `text[start:end]`, where special tokens are plain text."""
        return [
            Piece(i, chunk.start() + first, chunk.start() + last)
            for chunk in CHUNK.finditer(text, start, end)
            for i, first, last in self._cache[chunk[0]]
        ]

    def text_ids(self, text: str) -> list[int]:
        """Return the ids of a text, without offsets; "[MASK]" is plain text, no token is added."""
        return [piece[0] for chunk in CHUNK.findall(text) for piece in self._cache[chunk]]

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
        cls, sep = Piece(self.cls_id, 0, 0), Piece(self.sep_id, 0, 0)
        segments = [[cls, *first, sep]] if second is None else [[cls, *first, sep], [*second, sep]]
        return self._encoding(*segments)

    def decode(self, ids: Iterable[int], skip_special_tokens: bool = True) -> str:
        """The text of some ids: pieces joined, words separated by a space."""
        words = self.pieces_of_ids(ids, skip_special_tokens)
        return " ".join(words).replace(" " + PREFIX, "")
