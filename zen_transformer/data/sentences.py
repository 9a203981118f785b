"""Splitting text into sentences by rules.

A sentence ends at . ! ? or … (and closing quotes and brackets behind it) if white space and
something that can begin a sentence follow; but not after an abbreviation, an initial or a numbered
item. After Chinese 。！？ no white space is needed. A blank line always ends a sentence. Where
hardly any end is found, as in lower case, and the lines look like sentences, each line is one: so
a text is read that has a sentence in each line.
"""

import re

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon gov gen col maj capt lt sgt sen rep pres st mt ft jr sr messrs "
    "esq vs etc eg ie cf al ed eds inc ltd corp bros dept est approx ave blvd rd".split()
)
"""Words, without dots, after which a dot ends no sentence."""
BEFORE_NUMBERS = frozenset(
    "no nos vol vols fig figs art sec p pp jan feb mar apr jun jul aug sept sep oct nov dec".split()
)
"""Words after which a dot ends no sentence if a number follows."""
CAPITALIZED = frozenset("Co Mon Tue Wed Thu Fri Sat Sun".split())
"""Words after which a dot ends no sentence if they are written like this; "sun." ends one."""

_CLOSERS = "\"'”’»)\\]】」』）》"
_OPENERS = "\"'“‘«(\\[【「『（《¿¡"
# With the lookbehinds, a long run of stops or of white space is not tried again at each place.
_BREAK = re.compile(
    rf"(?<![.!?…])(?P<stop>[.!?…]++)[{_CLOSERS}]*+(?=\s+[{_OPENERS}]*[A-Z0-9À-ÖØ-ÞА-Я一-鿿])"
    rf"|[。！？]+[{_CLOSERS}]*"
    r"|(?<!\s)\s*\n\s*\n\s*"
)
_STOPPED = re.compile(rf"[.!?…。！？][{_CLOSERS}\s]*$")
LONGEST_LINE = 300
"""Characters of a line that may be a sentence without a stop at its end."""
_LAST_WORD = re.compile(r"[\w.]+$")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, in order, without white space around them."""
    sentences, start = [], 0
    for end in _BREAK.finditer(text):
        stop = end.start()
        if end["stop"] == "." and _is_abbreviation(
            text[max(start, stop - 40) : stop], text[end.end() : end.end() + 4].strip()
        ):
            continue
        sentences.append(text[start : end.end()])
        start = end.end()
    sentences.append(text[start:])
    found = [stripped for sentence in sentences if (stripped := sentence.strip())]
    lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
    return lines if _are_sentences(lines, len(found)) else found


def _are_sentences(lines: list[str], found: int) -> bool:
    """Whether lines are sentences, where the rules have found so many: if those are fewer than
    half, nearly all lines have to end with a stop; if it is one, the lines have to be short."""
    if 2 * found > len(lines):
        return False
    stopped = sum(_STOPPED.search(line[-20:]) is not None for line in lines)
    return stopped >= 0.8 * len(lines) or (found == 1 and max(map(len, lines)) <= LONGEST_LINE)


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether a dot between two texts belongs to the last word before it and ends no sentence."""
    last_word = _LAST_WORD.search(before)
    if last_word is None:
        return False
    word = last_word[0]
    initial = len(word) == 1 and word.isupper() and word != "I"
    dotted = "." in word and all(len(part) <= 2 for part in word.split("."))
    numbered = word.isdigit() and word == before.strip()
    if word.lower() in BEFORE_NUMBERS:
        return after[:1].isdigit() or (len(after) > 1 and set(after[:2]) <= set("IVXLC"))
    if word in CAPITALIZED:
        return True
    return initial or dotted or numbered or word.replace(".", "").lower() in ABBREVIATIONS
