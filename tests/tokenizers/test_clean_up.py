"""`decode` gives the text that HuggingFace's `AutoTokenizer` gives for the same folder, whatever
its files say about spaces before punctuation and in contractions."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from text_samples import REFERENCE

from zen_transformer import (
    AddedToken,
    ByteLevelBPETokenizer,
    CharacterTokenizer,
    UserError,
    WordPieceTokenizer,
)
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.clean_up import WordPieceDecoder
from zen_transformer.tokenizers.files import CLEAN_UP, CONFIG_FILE, TOKENIZER_FILE
from zen_transformer.tokenizers.loading import load_tokenizer
from zen_transformer.tokenizers.wordpiece_files import GENERIC_CLASSES
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

WORDS = "the cat . , ? ! ' s n't 'm 's 've 're do not don don't - ## ##s ##. ##' the##s".split()
ADDED = ["do not", " ' ", "a . b", "##new", " .", "<end>"]
TEXT = "The cats ' s bones . . ? ! , do not , ' do n't ' m , you 've [MASK] . <end> . - cat's ' "
ABSENT = ...


@pytest.fixture(scope="module")
def transformers():
    module = pytest.importorskip("transformers", reason=f"not installed: {REFERENCE}")
    module.utils.logging.set_verbosity_error()
    return module


@pytest.fixture(scope="module")
def wordpiece() -> WordPieceTokenizer:
    return WordPieceTokenizer([*SPECIAL_TOKENS, *WORDS])


def change(path: Path, changed: dict[str, Any]) -> None:
    """Change fields of a JSON file; take those out that are `ABSENT`."""
    fields = json.loads(path.read_text("utf-8")) | changed
    kept = {name: value for name, value in fields.items() if value is not ABSENT}
    path.write_text(json.dumps(kept), "utf-8")


def assert_same_texts(ours: Tokenizer, theirs: Any, ids: list[int]) -> None:
    for skip in (True, False):
        for spaces in (None, True, False):
            options = {"skip_special_tokens": skip, CLEAN_UP: spaces}
            assert ours.decode(ids, **options) == theirs.decode(ids, **options)


def test_a_text_is_written_as_people_write_it(wordpiece):
    ids = wordpiece.encode("the cat ' s , do not .").ids
    assert wordpiece.decode(ids) == "the cat ' s, do not."
    assert wordpiece.decode(ids, clean_up_tokenization_spaces=True) == "the cat's, do not."
    assert wordpiece.decode(ids, skip_special_tokens=False) == "[CLS] the cat ' s, do not. [SEP]"


# Folders

KINDS = ["BertTokenizer", "BertTokenizerFast", *GENERIC_CLASSES, ABSENT]
DECODERS = [
    {"type": "WordPiece", "prefix": "##", "cleanup": True},
    {"type": "WordPiece", "prefix": "##", "cleanup": False},
    {"type": "WordPiece", "prefix": "the", "cleanup": True},
    None,
    ABSENT,
]


@pytest.mark.parametrize("decoder", DECODERS, ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("model", [None, "bert"])
def test_the_files_decide_as_in_huggingface(
    transformers, wordpiece, tmp_path, decoder, kind, model
):
    wordpiece.save_pretrained(tmp_path)
    change(tmp_path / TOKENIZER_FILE, {"decoder": decoder})
    if model is not None:
        (tmp_path / "config.json").write_text(json.dumps({"model_type": model}))
    for number, spaces in enumerate([True, False, None, ABSENT]):
        change(tmp_path / CONFIG_FILE, {"tokenizer_class": kind, CLEAN_UP: spaces})
        ours = load_tokenizer(tmp_path)
        theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
        ids = [*ours.encode(TEXT).ids, *range(len(ours))]
        assert_same_texts(ours, theirs, ids)
        again = tmp_path / f"again{number}"
        ours.save_pretrained(again)
        assert load_tokenizer(again) == ours
        assert_same_texts(ours, transformers.AutoTokenizer.from_pretrained(again), ids)


def test_what_huggingface_writes_is_read(transformers, wordpiece, tmp_path):
    for spaces in (True, False):
        theirs = transformers.BertTokenizer(
            vocab=wordpiece.ids, clean_up_tokenization_spaces=spaces
        )
        theirs.save_pretrained(tmp_path)
        ours = load_tokenizer(tmp_path)
        assert ours.clean_up_tokenization_spaces == spaces
        assert_same_texts(ours, theirs, ours.encode(TEXT).ids)


def test_a_vocabulary_alone_is_decoded_as_bert_does(transformers, wordpiece, tmp_path):
    wordpiece.save_pretrained(tmp_path)
    (tmp_path / TOKENIZER_FILE).unlink()
    ours = load_tokenizer(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert_same_texts(ours, theirs, ours.encode(TEXT).ids)


@pytest.mark.parametrize("spaces", [True, False, None, ABSENT], ids=str)
@pytest.mark.parametrize(
    "tokenizer",
    [ByteLevelBPETokenizer.train([TEXT], 280), CharacterTokenizer.train([TEXT])],
    ids=["bpe", "characters"],
)
def test_spaces_of_a_text_are_cleaned_up_where_huggingface_does(
    transformers, tmp_path, tokenizer, spaces
):
    """Those of a BPE never are: there they are the text's own."""
    tokenizer.save_pretrained(tmp_path)
    change(tmp_path / CONFIG_FILE, {CLEAN_UP: spaces})
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    ours = load_tokenizer(tmp_path)
    ids = ours.encode(TEXT).ids
    assert_same_texts(ours, theirs, ids)
    ours.save_pretrained(tmp_path / "again")
    assert load_tokenizer(tmp_path / "again") == ours
    assert_same_texts(ours, transformers.AutoTokenizer.from_pretrained(tmp_path / "again"), ids)


def test_a_bpe_whose_spaces_are_to_be_cleaned_up_is_refused(tmp_path):
    ByteLevelBPETokenizer.train([TEXT], 280).save_pretrained(tmp_path)
    forced = f"{CLEAN_UP}_for_bpe_even_though_it_will_corrupt_output"
    change(tmp_path / CONFIG_FILE, {CLEAN_UP: True, forced: True})
    with pytest.raises(UserError, match=f"{forced} is True: only False is implemented"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("decoder", "said"),
    [
        ({"type": "Fuse"}, "the decoder is of type Fuse: only WordPiece is implemented"),
        ({"type": "WordPiece", "prefix": "##", "cleanup": 1}, "cleanup is 1, it has to be"),
        ({"type": "WordPiece"}, "the decoder lacks cleanup, prefix"),
    ],
)
def test_a_decoder_of_another_kind_is_a_users_mistake(wordpiece, tmp_path, decoder, said):
    wordpiece.save_pretrained(tmp_path)
    change(tmp_path / TOKENIZER_FILE, {"decoder": decoder})
    change(tmp_path / CONFIG_FILE, {"tokenizer_class": "PreTrainedTokenizerFast"})
    with pytest.raises(UserError, match=said):
        load_tokenizer(tmp_path)


# Any text


@pytest.fixture(scope="module", params=[True, False], ids=["cleanup", "raw"])
def sides(request, transformers, tmp_path_factory) -> tuple[WordPieceTokenizer, Any]:
    ours = WordPieceTokenizer(
        [*SPECIAL_TOKENS, *WORDS, *"abcé中m"], decoder=WordPieceDecoder(cleanup=request.param)
    )
    ours.add_tokens([AddedToken(text, special=text == "<end>") for text in ADDED])
    folder = tmp_path_factory.mktemp("folder")
    ours.save_pretrained(folder)
    return ours, transformers.AutoTokenizer.from_pretrained(folder)


@given(st.lists(st.one_of(st.sampled_from([*WORDS, *ADDED, " ", "[MASK]"]), st.text(max_size=4))))
@example(TEXT.split())
@settings(max_examples=150, deadline=None)
def test_any_text_comes_back_as_in_huggingface(sides, words):
    ours, theirs = sides
    assert_same_texts(ours, theirs, ours.encode(" ".join(words)).ids)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_ids_get_the_text_of_huggingface(sides, data):
    ours, theirs = sides
    ids = data.draw(st.lists(st.integers(0, len(ours) - 1), max_size=30))
    assert_same_texts(ours, theirs, ids)
