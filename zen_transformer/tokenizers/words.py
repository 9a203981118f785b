"""Text as the words that a tagger gives tags to."""

import re

from zen_transformer.tokenizers.normalization import CHINESE

LETTER = r"[\w\u0300-\u036f]"  # an accent of its own belongs to the letter before it
WORDS = re.compile(
    rf"{LETTER}+?(?=n['’]t\b)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b"
    rf"|{LETTER}+(?:[-./,]{LETTER}+)*|[^\s]",
    re.IGNORECASE,
)
MARKS = "，。、；：？！“”‘’『』「」《》〈〉（）"
SPACED = re.compile(rf"{CHINESE.pattern}\s+(?:{CHINESE.pattern}|[，。、；：？！])")
"""White space between Chinese characters, or one and a mark: somebody has set the words apart."""
CHINESE_WORDS = re.compile(rf"[{MARKS}]|[^{MARKS}]+")
"""Of a text without white space: Chinese punctuation marks, and what is between them."""


def split_words(text: str) -> list[str]:
    """Return the words of a text.

    They are those of the Penn Treebank: punctuation marks are words, but for those between letters
    or digits, as in "1996-08-22"; "didn't" is "did" and "n't". Chinese is not segmented here: white
    space between Chinese characters sets the words of the whole text apart, and where there is
    none, each Chinese character is a word.

        中国 政府 决定。  →  中国, 政府, 决定, 。
        中国政府决定。    →  中, 国, 政, 府, 决, 定, 。
    """
    if not SPACED.search(text):
        return WORDS.findall(CHINESE.sub(r" \g<0> ", text))
    return [
        word
        for chunk in text.split()
        for word in (WORDS if chunk.isascii() else CHINESE_WORDS).findall(chunk)
    ]
