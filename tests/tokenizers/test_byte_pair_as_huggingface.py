"""Our byte-level BPE, HuggingFace's `tokenizers` and its `transformers` learn the same vocabulary
from the same texts, give any text the same ids, pieces and offsets, and any ids the same text."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jaxtyping import config
from text_samples import CORPORA, REFERENCE, TRICKY, corpus_sentences, fields, random_texts

from zen_transformer import ByteLevelBPETokenizer, UserError
from zen_transformer.data.corpora import read_corpus
from zen_transformer.tokenizers.byte_pair import END_OF_TEXT
from zen_transformer.tokenizers.byte_pair_files import MERGES_FILE, VOCABULARY_FILE
from zen_transformer.tokenizers.files import CONFIG_FILE, TOKENIZER_FILE

SPECIAL = (END_OF_TEXT, "[PAD]", "<|end|>")
MORE = [*TRICKY, *SPECIAL, "<|end", "'s", "'ll", "'RE", " ", "  ", "\n\n", " \t", "12", "½Ⅷ三"]
ANY = st.characters(exclude_categories=["Cs"])
ANY_TEXT = st.lists(st.one_of(st.sampled_from(MORE), ANY), max_size=25).map("".join)


@pytest.fixture(scope="module", autouse=True)
def unchecked():
    """Do not check types: the other tests do, and here it would take most of the time."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)


@pytest.fixture(scope="module")
def tokenizers():
    return pytest.importorskip("tokenizers", reason=f"tokenizers is not installed: {REFERENCE}")


@pytest.fixture(scope="module")
def transformers():
    module = pytest.importorskip("transformers", reason=f"not installed: {REFERENCE}")
    module.utils.logging.set_verbosity_error()
    return module


def sentences(name: str) -> list[str]:
    """Return sentences of a corpus; skip the test if it is not installed.

    There are fewer in Chinese, whose words are long, and nearly all different.
    """
    try:
        return corpus_sentences(name)[:: 5 if name == "chinese" else 1]
    except UserError as error:
        pytest.skip(str(error))


# Training


def assert_same_vocabulary(tokenizers: Any, texts: list[str], vocab_size: int) -> None:
    theirs = tokenizers.ByteLevelBPETokenizer()
    options = {"min_frequency": 2, "special_tokens": list(SPECIAL), "show_progress": False}
    theirs.train_from_iterator(texts, vocab_size, **options)
    ours = ByteLevelBPETokenizer.train(texts, vocab_size, SPECIAL)
    assert ours.ids == theirs.get_vocab()
    # Where two pairs make the same piece, they may list a merge twice, which changes nothing.
    merges = [tuple(merge) for merge in json.loads(theirs.to_str())["model"]["merges"]]
    assert ours.merges == list(dict.fromkeys(merges))


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPORA)
def test_the_vocabulary_of_a_corpus_is_that_of_tokenizers(tokenizers, name):
    assert_same_vocabulary(tokenizers, sentences(name)[::2], 1500)


@pytest.fixture(scope="module")
def king_james() -> list[str]:
    """The 66 books of the King James Bible."""
    try:
        return [document.text for document in read_corpus("kjv")]
    except UserError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_the_vocabulary_of_five_books_is_that_of_tokenizers(tokenizers, king_james):
    assert_same_vocabulary(tokenizers, king_james[:5], 4096)


@pytest.mark.slow
def test_the_vocabulary_of_all_books_is_that_of_tokenizers(tokenizers, king_james):
    assert_same_vocabulary(tokenizers, king_james, 8192)


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPORA)
def test_a_large_vocabulary_is_that_of_tokenizers(tokenizers, name):
    """Merge all pairs that occur twice."""
    assert_same_vocabulary(tokenizers, sentences(name), 100_000)


@given(st.lists(st.text("ab! ", max_size=12), max_size=12).filter(any))
@example(["aaaa aaaaa aaa", "aaaaaaa"])
@settings(max_examples=100)
def test_the_vocabulary_of_texts_full_of_ties_is_that_of_tokenizers(tokenizers, texts):
    assert_same_vocabulary(tokenizers, texts, 300)


# Any text


class Sides(NamedTuple):
    """Our tokenizer and that of `tokenizers`."""

    ours: ByteLevelBPETokenizer
    theirs: Any

    def assert_same(self, text: str) -> None:
        for split in (True, False):
            self.theirs.encode_special_tokens = split
            expected = self.theirs.encode(text)
            assert fields(self.ours.encode(text, split_special_tokens=split)) == fields(expected)


@pytest.fixture(scope="module")
def sides(tokenizers, tmp_path_factory) -> Sides:
    texts = [*random_texts(1, 300), "".join(TRICKY), *["the cats sat on the mat's end " * 3] * 3]
    ours = ByteLevelBPETokenizer.train(texts, 700, SPECIAL, pad_token="[PAD]")
    folder = tmp_path_factory.mktemp("tokenizer")
    ours.save_pretrained(folder)
    return Sides(ours, tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE)))


@pytest.mark.slow
@given(ANY_TEXT)
@example("")
@example("".join(MORE))
@example(" ".join(MORE))
@settings(max_examples=300)
def test_any_text_gets_the_ids_and_offsets_of_tokenizers(sides, text):
    sides.assert_same(text)


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_gets_the_same_encodings(sides, name):
    texts = sentences(name)[::8]
    for start in range(0, len(texts), 50):
        sides.assert_same("\n".join(texts[start : start + 50]))


@given(st.lists(st.integers(0, 699), max_size=30), st.booleans())
@settings(max_examples=300)
def test_any_ids_get_the_text_of_tokenizers(sides, ids, skip):
    """Also if the bytes are not UTF-8."""
    assert sides.ours.decode(ids, skip) == sides.theirs.decode(ids, skip_special_tokens=skip)


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.text("abthe ", max_size=30))
@settings(max_examples=60)
def test_merges_in_any_order_give_the_same_ids(tokenizers, sides, random, text):
    """In a random order a piece may come before the pieces that it is merged from."""
    vocabulary, merges = sides.ours.vocabulary, list(sides.ours.merges)
    random.shuffle(merges)
    ours = ByteLevelBPETokenizer(vocabulary, merges, SPECIAL)
    theirs = tokenizers.Tokenizer(tokenizers.models.BPE(ours.ids, merges))
    theirs.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    assert ours.encode(text).ids == theirs.encode(text).ids


def test_half_of_a_surrogate_pair_is_an_error_on_both_sides(sides):
    with pytest.raises(TypeError):
        sides.theirs.encode("\ud800")
    with pytest.raises(UserError, match="half of a surrogate pair"):
        sides.ours.encode("\ud800")


# Folders

TEXT = "the cats<|end|> [PAD]Über 世界 👩\u200d💻 \n\n it's<|endoftext|>"


@pytest.mark.parametrize("reader", ["AutoTokenizer", "GPT2Tokenizer"])
@pytest.mark.parametrize("missing", [[], [TOKENIZER_FILE], [VOCABULARY_FILE, MERGES_FILE]])
def test_transformers_opens_our_folder(transformers, sides, tmp_path, reader, missing):
    """With all files, with GPT-2's two only, and without these; and we open what it writes."""
    sides.ours.save_pretrained(tmp_path)
    for name in missing:
        (tmp_path / name).unlink()
    assert ByteLevelBPETokenizer.from_pretrained(tmp_path) == sides.ours
    theirs = getattr(transformers, reader).from_pretrained(tmp_path)
    assert type(theirs).__name__ == "GPT2Tokenizer"
    assert theirs.get_vocab() == sides.ours.ids
    assert [theirs.eos_token_id, theirs.bos_token_id, theirs.pad_token_id] == [0, 0, 1]
    special = sides.ours.encode(TEXT, split_special_tokens=False)
    assert theirs(TEXT)["input_ids"] == special.ids
    assert theirs(TEXT, split_special_tokens=True)["input_ids"] == sides.ours.encode(TEXT).ids
    assert theirs.decode(special.ids) == sides.ours.decode(special.ids, skip_special_tokens=False)
    theirs.save_pretrained(tmp_path / "theirs")
    assert ByteLevelBPETokenizer.from_pretrained(tmp_path / "theirs") == sides.ours


@pytest.mark.parametrize("side", ["left", "right"])
def test_batches_are_those_of_transformers(transformers, sides, tmp_path, side):
    sides.ours.save_pretrained(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path, padding_side=side)
    texts = ["the cats sat", "", "世界", "the mat's end and more"]
    options = {"max_length": 7, "truncation": True}
    expected = theirs(texts, padding=True, return_tensors="np", **options)
    batch = sides.ours(texts, padding_side=side, **options)
    assert set(batch) == set(expected)
    for name, values in batch.items():
        assert values.tolist() == expected[name].tolist()


def test_without_specials_transformers_adds_none(transformers, tmp_path):
    """By default GPT2Tokenizer adds <|endoftext|> for several roles."""
    ours = ByteLevelBPETokenizer.train(["the cat"] * 3, 300, ("<|stop|>",))
    ours.save_pretrained(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert theirs.get_vocab() == ours.ids
    assert theirs.eos_token == "<|stop|>"


def test_a_folder_that_tokenizers_wrote_is_read(tokenizers, tmp_path):
    theirs = tokenizers.ByteLevelBPETokenizer()
    theirs.train_from_iterator(
        ["the cat sat"] * 3, 280, special_tokens=[END_OF_TEXT], show_progress=False
    )
    theirs.save_model(str(tmp_path))
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == [MERGES_FILE, VOCABULARY_FILE]
    ours = ByteLevelBPETokenizer.from_pretrained(tmp_path)
    assert (ours.special_tokens, ours.eos_id) == ((END_OF_TEXT,), 0)
    theirs.save(str(tmp_path / TOKENIZER_FILE))
    assert ByteLevelBPETokenizer.from_pretrained(tmp_path) == ours
    assert not (tmp_path / CONFIG_FILE).exists()


def test_a_token_that_transformers_added_is_read(transformers, sides, tmp_path):
    sides.ours.save_pretrained(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    theirs.add_special_tokens({"pad_token": "<|pad|>"})
    theirs.save_pretrained(tmp_path)
    ours = ByteLevelBPETokenizer.from_pretrained(tmp_path)
    assert (ours.vocab_size, ours.pad_id) == (701, 700)
    text = TEXT + "<|pad|>"
    assert ours.encode(text, split_special_tokens=False).ids == theirs(text)["input_ids"]
