"""Taking out the spaces that joining words puts before punctuation and into contractions, as
HuggingFace does.

    the cat ' s bones , do n't .   →   the cat's bones, don't.

There are two such steps: one of the WordPiece decoder (`cleanup` in `tokenizer.json`), for each
word by itself, and one for the whole text (`clean_up_tokenization_spaces` in
`tokenizer_config.json`), which alone sees the spaces on both sides of an apostrophe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zen_transformer.tokenizers.wordpiece_training import PREFIX

PUNCTUATION = [(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'")]
CONTRACTIONS = [(f" {end}", end) for end in ("n't", "'m", "'s", "'ve", "'re")]
OF_TEXT = [*PUNCTUATION, *CONTRACTIONS]
OF_WORDS = [*PUNCTUATION, *CONTRACTIONS[:2], (" do not", " don't"), *CONTRACTIONS[2:]]
"""What `tokenizers` replaces: as `OF_TEXT`, and a word "do not", which only an added token is."""


def replaced(text: str, replacements: Iterable[tuple[str, str]]) -> str:
    """Return a text after one replacement after the other."""
    for old, new in replacements:
        text = text.replace(old, new)
    return text


def clean_up_tokenization(text: str) -> str:
    """Take the spaces before punctuation and in contractions out of a text."""
    return replaced(text, OF_TEXT)


@dataclass(frozen=True)
class WordPieceDecoder:
    """Joins pieces to words and these to a text; `decoders.WordPiece` of `tokenizers`.

    Args:
        prefix: of a piece that continues a word.
        cleanup: Take out the space before each word that is punctuation or ends a contraction.
    """

    prefix: str = PREFIX
    cleanup: bool = True

    def __call__(self, pieces: Sequence[str]) -> str:
        """Return the text of some pieces."""
        parts = [*pieces[:1], *map(self._part, pieces[1:])]
        if self.cleanup:
            parts = [replaced(part, OF_WORDS) for part in parts]
        return "".join(parts)

    def _part(self, piece: str) -> str:
        """Return what a piece adds to those before it."""
        if piece.startswith(self.prefix):
            return piece.removeprefix(self.prefix)
        return f" {piece}"
