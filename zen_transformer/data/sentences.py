"""Text becomes sentences, by rules.

A sentence ends at . ! ? or … (and what closes behind it: quotes, brackets), when white
space and something that can begin a sentence follow; not after an abbreviation, an
initial or a numbered item. Chinese 。！？ end one without white space. A blank line always
does.
"""

import re

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon gov gen col maj capt lt sgt sen rep pres st mt ft jr sr messrs "
    "esq vs etc eg ie cf al ed eds inc ltd corp bros dept est approx ave blvd rd".split()
)
"""Words, without their dots, after which a dot ends no sentence."""
BEFORE_NUMBERS = frozenset(
    "no nos vol vols fig figs art sec p pp jan feb mar apr jun jul aug sept sep oct nov dec".split()
)
"""The same, where a number follows."""
CAPITALIZED = frozenset("Co Mon Tue Wed Thu Fri Sat Sun".split())
"""The same, where they are written like this: otherwise they are words."""

_CLOSERS = "\"'”’»)\\]】」』）》"
_OPENERS = "\"'“‘«(\\[【「『（《¿¡"
# The lookbehinds keep a long run of stops or of white space from being tried at each place.
_BREAK = re.compile(
    rf"(?<![.!?…])(?P<stop>[.!?…]++)[{_CLOSERS}]*+(?=\s+[{_OPENERS}]*[A-Z0-9À-ÖØ-ÞА-Я一-鿿])"
    rf"|[。！？]+[{_CLOSERS}]*"
    r"|(?<!\s)\s*\n\s*\n\s*"
)
_LAST_WORD = re.compile(r"[\w.]+$")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in order, with white space around them removed."""
    sentences, start = [], 0
    for found in _BREAK.finditer(text):
        at = found.start()
        if found["stop"] == "." and _is_abbreviation(
            text[max(start, at - 40) : at], text[found.end() : found.end() + 4].strip()
        ):
            continue
        sentences.append(text[start : found.end()])
        start = found.end()
    sentences.append(text[start:])
    return [stripped for sentence in sentences if (stripped := sentence.strip())]


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether a dot between the two belongs to the word rather than to the sentence."""
    found = _LAST_WORD.search(before)
    if found is None:
        return False
    word = found[0]
    initial = len(word) == 1 and word.isupper() and word != "I"
    dotted = "." in word and all(len(part) <= 2 for part in word.split("."))
    numbered = word.isdigit() and word == before.strip()
    if word.lower() in BEFORE_NUMBERS:
        return after[:1].isdigit() or (len(after) > 1 and set(after[:2]) <= set("IVXLC"))
    if word in CAPITALIZED:
        return True
    return initial or dotted or numbered or word.replace(".", "").lower() in ABBREVIATIONS
