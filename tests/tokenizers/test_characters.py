"""The character tokenizer: alone, in its folder, and beside `tokenizers` and `transformers`."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text_samples import REFERENCE, TRICKY, fields

from zen_transformer import (
    ByteLevelBPETokenizer,
    CharacterTokenizer,
    UserError,
    WordPieceTokenizer,
)
from zen_transformer.tokenizers.characters import SPECIAL_TOKENS
from zen_transformer.tokenizers.files import CONFIG_FILE, TOKENIZER_FILE

TEXTS = ["窗前明月光", "疑是地上霜", "举头望明月", "低头思故乡", "a\n b 👩\u200d💻"]
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def tokenizer() -> CharacterTokenizer:
    return CharacterTokenizer.train(TEXTS, special_tokens=(*SPECIAL_TOKENS, "[SEP]"))


def test_the_most_frequent_character_comes_first():
    learnt = CharacterTokenizer.train(["月月明", "光明月"])
    assert learnt.vocabulary == [*SPECIAL_TOKENS, "月", "明", "光"]
    assert CharacterTokenizer.train(["月月明", "光明月"], 6).vocabulary[4:] == ["月", "明"]
    assert CharacterTokenizer.train(["月月明", "光明月"], min_frequency=3).vocabulary[4:] == ["月"]
    assert CharacterTokenizer.train(["ba", "ab"]).vocabulary[4:] == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([],), "the text is empty"),
        (([""],), "the text is empty"),
        ((["ab"], 4), "vocab_size is 4: it must be at least 5"),
        ((["ab"], None, SPECIAL_TOKENS, 0), "min_frequency is 0"),
        ((["ab"], None, ("[PAD]", "[BOS]", "[EOS]")), r"\[UNK\] is none of the special tokens"),
        ((["ab"], None, ("[UNK]",)), r"\[BOS\]', which is none of the special tokens: \[UNK\]"),
        ((["ab"], None, (*SPECIAL_TOKENS, "|")), "'|' has 1 characters: it is no special token"),
        ((["\ud800"],), "half of a surrogate pair"),
    ],
)
def test_what_cannot_be_learnt_is_a_users_mistake(arguments, says):
    with pytest.raises(UserError, match=says):
        CharacterTokenizer.train(*arguments)


def test_a_piece_of_several_characters_is_a_users_mistake():
    with pytest.raises(UserError, match="'明月' has 2 characters: it is no piece of one"):
        CharacterTokenizer([*SPECIAL_TOKENS, "明月"])


def test_every_character_is_a_piece(tokenizer):
    encoding = tokenizer.encode("明月x")
    assert encoding.tokens == ["明", "月", "[UNK]"]
    assert encoding.offsets == [(0, 1), (1, 2), (2, 3)]
    assert tokenizer.decode(encoding.ids) == "明月"
    assert tokenizer.decode(encoding.ids, skip_special_tokens=False) == "明月[UNK]"


@given(st.text(st.sampled_from("".join(TEXTS))))
def test_a_text_of_known_characters_comes_back(tokenizer, text):
    ids = tokenizer.encode(text).ids
    assert len(ids) == len(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.text_ids(text) == ids


def test_special_tokens_are_letters_by_default(tokenizer):
    assert set(tokenizer.encode("[SEP]").ids) == {tokenizer.unk_id}
    special = tokenizer.encode("明[SEP]月", split_special_tokens=False)
    assert special.tokens == ["明", "[SEP]", "月"]


def test_roles_and_batches(tokenizer):
    roles = [tokenizer.pad_id, tokenizer.unk_id, tokenizer.bos_id, tokenizer.eos_id]
    assert roles == [0, 1, 2, 3]
    assert tokenizer.id_of("[SEP]") == 4
    batch = tokenizer(["明月光", "霜"], padding_side="left")
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [0, 0, 1]]
    assert batch["input_ids"][1].tolist() == [0, 0, tokenizer.id_of("霜")]
    shortened = tokenizer("明月光", max_length=2, truncation=True)
    assert shortened["input_ids"].tolist() == [tokenizer.encode("明月").ids]


def test_bad_input_is_a_users_mistake(tokenizer):
    with pytest.raises(UserError, match="half of a surrogate pair"):
        tokenizer.encode("a\udfff")
    with pytest.raises(UserError, match="id 99 lies outside"):
        tokenizer.decode([99])
    with pytest.raises(UserError, match="padding side is 'middle': choose 'left' or 'right'"):
        tokenizer(["a"], padding_side="middle")


def test_the_fingerprint_changes_with_the_ids(tokenizer):
    again = CharacterTokenizer.train(TEXTS, special_tokens=(*SPECIAL_TOKENS, "[SEP]"))
    fewer = CharacterTokenizer.train(TEXTS)
    assert tokenizer.fingerprint == again.fingerprint != fewer.fingerprint


# Folders


@pytest.mark.parametrize("limit", [None, 64])
def test_what_is_saved_is_loaded(tmp_path, limit):
    saved = CharacterTokenizer.train(TEXTS)
    saved.model_max_length = limit
    saved.save_pretrained(tmp_path / "new")
    assert CharacterTokenizer.from_pretrained(str(tmp_path / "new")) == saved
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        TOKENIZER_FILE,
        CONFIG_FILE,
    ]


def mistake(folder: Path) -> str:
    """Return the error of reading a folder, which is one line."""
    with pytest.raises(UserError) as error:
        CharacterTokenizer.from_pretrained(folder)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_of_another_kind_is_a_users_mistake(tmp_path):
    assert "tokenizer.json is not there" in mistake(tmp_path)
    WordPieceTokenizer.train(TEXTS, 60).save_pretrained(tmp_path)
    assert "of kind WordPiece, not of characters" in mistake(tmp_path)
    ByteLevelBPETokenizer.train(TEXTS, 260).save_pretrained(tmp_path)
    assert "of kind BPE, not of characters" in mistake(tmp_path)
    (tmp_path / TOKENIZER_FILE).write_text("[]")
    assert "tokenizer.json holds no fields" in mistake(tmp_path)


@pytest.mark.parametrize(
    ("part", "changed", "says"),
    [
        ("pre_tokenizer", {"type": "Whitespace"}, "pre_tokenizer is"),
        ("normalizer", {"type": "NFC"}, "normalizer is"),
        ("post_processor", {"type": "BertProcessing"}, "adds tokens to a text"),
        ("added_tokens", [{"id": 0}], "lacks its content or id"),
        ("model", {"type": "WordLevel", "unk_token": "<unk>"}, "unk_token is '<unk>'"),
        ("model", {"type": "WordLevel"}, "has no vocabulary"),
        ("model", {"type": "WordLevel", "vocab": {"a": 9}}, "are not 0, 1, 2"),
    ],
)
def test_what_would_give_other_ids_is_a_users_mistake(tokenizer, tmp_path, part, changed, says):
    tokenizer.save_pretrained(tmp_path)
    whole: dict[str, Any] = json.loads((tmp_path / TOKENIZER_FILE).read_text("utf-8"))
    (tmp_path / TOKENIZER_FILE).write_text(json.dumps(whole | {part: changed}), "utf-8")
    assert says in mistake(tmp_path)


# Beside HuggingFace


@pytest.fixture(scope="module")
def theirs(tokenizer, tmp_path_factory) -> Any:
    module = pytest.importorskip("tokenizers", reason=f"tokenizers is not installed: {REFERENCE}")
    folder = tmp_path_factory.mktemp("characters")
    tokenizer.save_pretrained(folder)
    return module.Tokenizer.from_file(str(folder / TOKENIZER_FILE))


@given(st.one_of(ANY_TEXT, st.text(st.sampled_from("".join(TEXTS) + "[SEP]xyz\r\n"))))
@example("".join(TRICKY))
@example("月[SEP]明[PAD]\r\n\x00")
def test_any_text_gets_the_ids_and_offsets_of_tokenizers(tokenizer, theirs, text):
    for split in (True, False):
        theirs.encode_special_tokens = split
        ours = tokenizer.encode(text, split_special_tokens=split)
        assert fields(ours) == fields(theirs.encode(text))
        for skip in (True, False):
            expected = theirs.decode(ours.ids, skip_special_tokens=skip)
            assert tokenizer.decode(ours.ids, skip_special_tokens=skip) == expected


def test_transformers_opens_our_folder_and_we_open_its(tokenizer, tmp_path):
    transformers = pytest.importorskip("transformers", reason=f"not installed: {REFERENCE}")
    tokenizer.save_pretrained(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert theirs.get_vocab() == tokenizer.ids
    roles = [theirs.pad_token_id, theirs.unk_token_id, theirs.bos_token_id, theirs.eos_token_id]
    assert roles == [0, 1, 2, 3]
    text = "明[SEP]月 x\n"
    assert theirs(text)["input_ids"] == tokenizer.encode(text, split_special_tokens=False).ids
    theirs.save_pretrained(tmp_path / "theirs")
    assert CharacterTokenizer.from_pretrained(tmp_path / "theirs") == tokenizer
