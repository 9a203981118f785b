"""How byte-level BPE splits text into words.  Radford et al. 2019 (GPT-2), the pattern in their
`encoder.py`.

    's|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+

A word is an English ending; else a run of letters, of numbers, or of other characters that are not
blank, each with the space before it; else a run of blanks, without the last one if a word follows.
Nothing is lost: the words joined are the text. Pieces are merged only within words, so that "dog",
"dog!" and "dog?" share a piece.

Python's `re` lacks \\p{L} (letters) and \\p{N} (numbers), so these classes are listed here: those
of Python's Unicode database and, where it is older, the additions up to Unicode 16, which the
`tokenizers` library uses.
"""

import re
from collections.abc import Iterable
from functools import cache

SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What \\s is in Unicode. In Python it includes \\x1c to \\x1f, which are control characters."""

LETTERS_SINCE_15 = (
    "\\u1c89\\u1c8a\\ua7cb-\\ua7cd\\ua7da-\\ua7dc\\U000105c0-\\U000105f3\\U00010d4a-\\U00010d65"
    "\\U00010d6f-\\U00010d85\\U00010ec2-\\U00010ec4\\U0001123f\\U00011240\\U00011380-\\U00011389"
    "\\U0001138b\\U0001138e\\U00011390-\\U000113b5\\U000113b7\\U000113d1\\U000113d3"
    "\\U00011bc0-\\U00011be0\\U00011f02\\U00011f04-\\U00011f10\\U00011f12-\\U00011f33\\U0001342f"
    "\\U00013441-\\U00013446\\U00013460-\\U000143fa\\U00016100-\\U0001611d\\U00016d40-\\U00016d6c"
    "\\U00018cff\\U0001b132\\U0001b155\\U0001df25-\\U0001df2a\\U0001e030-\\U0001e06d"
    "\\U0001e4d0-\\U0001e4eb\\U0001e5d0-\\U0001e5ed\\U0001e5f0\\U0002b739\\U0002ebf0-\\U0002ee5d"
    "\\U00031350-\\U000323af"
)
NUMBERS_SINCE_15 = (
    "\\U00010d40-\\U00010d49\\U000116d0-\\U000116e3\\U00011bf0-\\U00011bf9\\U00011f50-\\U00011f59"
    "\\U00016130-\\U00016139\\U00016d70-\\U00016d79\\U0001ccf0-\\U0001ccf9\\U0001d2c0-\\U0001d2d3"
    "\\U0001e4f0-\\U0001e4f9\\U0001e5f1-\\U0001e5fa"
)
"""Added in Unicode 15 and 16, which Python has from 3.12 and 3.14 on; unassigned before."""

ASSIGNED = 0x40000
"""All letters and numbers lie below; above are tags and characters for private use."""


def _ranges(points: Iterable[int]) -> str:
    """Return rising code points as ranges, to stand in the brackets of a pattern."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


@cache
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of a word. It is compiled at the first call, which takes a moment."""
    # isnumeric also holds for ideographs that are numbers, such as 三: these are letters.
    alphabetic = _ranges(p for p in range(ASSIGNED) if chr(p).isalpha())
    numeric = _ranges(p for p in range(ASSIGNED) if chr(p).isnumeric() and not chr(p).isalpha())
    letter, number = alphabetic + LETTERS_SINCE_15, numeric + NUMBERS_SINCE_15
    return re.compile(
        rf"'s|'t|'re|'ve|'m|'ll|'d| ?[{letter}]+| ?[{number}]+| ?[^{SPACE}{letter}{number}]+"
        rf"|[{SPACE}]+(?![^{SPACE}])|[{SPACE}]+"
    )
