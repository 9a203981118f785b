"""WordPiece tokenizers on disk: we read what we wrote, HuggingFace's `transformers` reads it, and
we read what it wrote. Encodings are compared in `test_as_huggingface.py`."""

import json
from pathlib import Path
from typing import Any

import pytest
from text_samples import REFERENCE

from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.tokenizers.files import CONFIG_FILE, TOKENIZER_FILE
from zen_transformer.tokenizers.wordpiece_files import VOCABULARY_FILE
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

TEXTS = ["The cat sat on the mat; the naïve dog's bones: 3.50 $!", "Der Über-Bär ißt. 我爱你 世界"]


@pytest.fixture(scope="module")
def transformers():
    return pytest.importorskip("transformers", reason=f"transformers is not installed: {REFERENCE}")


@pytest.fixture(scope="module")
def small() -> WordPieceTokenizer:
    return WordPieceTokenizer.train(TEXTS, vocab_size=90)


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
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [VOCABULARY_FILE, CONFIG_FILE, TOKENIZER_FILE]
    )
    assert (tmp_path / VOCABULARY_FILE).read_bytes().decode() == "\n".join(small.vocabulary) + "\n"
    options = json.loads((tmp_path / CONFIG_FILE).read_text("utf-8"))
    assert options["tokenizer_class"] == "BertTokenizer"
    assert (options["do_lower_case"], options["strip_accents"]) == (True, None)
    assert options["tokenize_chinese_chars"] is True
    assert [options[f"{role}_token"] for role in ("pad", "unk", "cls", "sep", "mask")] == list(
        SPECIAL_TOKENS
    )
    whole = json.loads((tmp_path / TOKENIZER_FILE).read_text("utf-8"))
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
    (tmp_path / VOCABULARY_FILE).write_bytes(text.encode())
    # The defaults are those of bert-base-uncased.
    assert WordPieceTokenizer.from_pretrained(tmp_path) == small


def test_options_beside_a_vocabulary_count(tmp_path, small):
    (tmp_path / VOCABULARY_FILE).write_text("\n".join(small.vocabulary), "utf-8")
    options = {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False}
    (tmp_path / CONFIG_FILE).write_text(json.dumps(options), "utf-8")
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
    (tmp_path / TOKENIZER_FILE).write_bytes(content)
    with pytest.raises(UserError, match=r"tokenizer\.json"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def test_a_vocabulary_that_is_not_utf8_is_a_users_mistake(tmp_path):
    (tmp_path / VOCABULARY_FILE).write_bytes("[PAD]\ncaf\xe9\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"vocab\.txt"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def test_a_vocabulary_without_special_tokens_is_a_users_mistake(tmp_path):
    (tmp_path / VOCABULARY_FILE).write_text("[PAD]\n[UNK]\na\n", "utf-8")
    with pytest.raises(UserError, match=r"lacks the special tokens \[CLS\], \[SEP\], \[MASK\]"):
        WordPieceTokenizer.from_pretrained(tmp_path)


def change(folder: Path, changed: dict[str, Any]) -> None:
    """Change components of a saved tokenizer.json."""
    whole = json.loads((folder / TOKENIZER_FILE).read_text("utf-8"))
    (folder / TOKENIZER_FILE).write_text(json.dumps(whole | changed), "utf-8")


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


@pytest.mark.parametrize(
    ("part", "changed", "words"),
    [
        ("pre_tokenizer", {"type": "Whitespace"}, "pre_tokenizer is .*Whitespace.* implemented"),
        ("normalizer", {"clean_text": False}, "clean_text is False: only True is implemented"),
        ("model", {"unk_token": "<unk>"}, r"unk_token is '<unk>': only '\[UNK\]'"),
        ("model", {"continuing_subword_prefix": "@@"}, "prefix is '@@': only '##'"),
        ("model", {"max_input_chars_per_word": "5"}, "max_input_chars_per_word is '5', it has"),
    ],
)
def test_what_would_give_other_ids_is_a_users_mistake(tmp_path, small, part, changed, words):
    small.save_pretrained(tmp_path)
    whole = json.loads((tmp_path / TOKENIZER_FILE).read_text("utf-8"))
    change(tmp_path, {part: whole[part] | changed})
    with pytest.raises(UserError, match=words):
        WordPieceTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize("kind", ["BertTokenizer", "PreTrainedTokenizerFast"])
def test_a_word_is_too_long_where_it_is_in_huggingface(transformers, tmp_path, small, kind):
    """The number in tokenizer.json counts, except for `BertTokenizer`, whose number is 100."""
    small.save_pretrained(tmp_path)
    model = json.loads((tmp_path / TOKENIZER_FILE).read_text("utf-8"))["model"]
    change(tmp_path, {"model": model | {"max_input_chars_per_word": 3}})
    options = json.loads((tmp_path / CONFIG_FILE).read_text("utf-8"))
    (tmp_path / CONFIG_FILE).write_text(json.dumps(options | {"tokenizer_class": kind}))
    ours = WordPieceTokenizer.from_pretrained(tmp_path)
    ours.save_pretrained(tmp_path / "again")
    assert WordPieceTokenizer.from_pretrained(tmp_path / "again") == ours
    assert (ours.fingerprint == small.fingerprint) == (kind == "BertTokenizer")
    for folder in (tmp_path, tmp_path / "again"):
        theirs = transformers.AutoTokenizer.from_pretrained(folder)
        for text in ("the cat's bones", "cats", "cat", *TEXTS):
            assert theirs(text)["input_ids"] == ours.encode(text).ids


def test_a_byte_order_mark_is_a_users_mistake(tmp_path, small):
    text = "\ufeff" + "\n".join(small.vocabulary)
    (tmp_path / VOCABULARY_FILE).write_text(text, "utf-8")
    with pytest.raises(UserError, match=f"{VOCABULARY_FILE} begins with a byte order mark"):
        WordPieceTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"content": "<extra>"}, "the added token '<extra>' has the id 0"),
        ({"lstrip": True}, "lstrip is True: only False"),
    ],
)
def test_special_tokens_of_another_kind_are_a_users_mistake(tmp_path, small, changed, words):
    small.save_pretrained(tmp_path)
    tokens = json.loads((tmp_path / TOKENIZER_FILE).read_text("utf-8"))["added_tokens"]
    change(tmp_path, {"added_tokens": [*tokens, tokens[0] | changed]})
    with pytest.raises(UserError, match=words):
        WordPieceTokenizer.from_pretrained(tmp_path)


# A piece that occurs twice

TWICE = [*SPECIAL_TOKENS, "the", "cat", "the", "##s", "sat"]


def test_of_a_piece_twice_the_last_place_counts_and_survives(tmp_path):
    (tmp_path / VOCABULARY_FILE).write_text("\n".join(TWICE) + "\n", "utf-8")
    ours = WordPieceTokenizer.from_pretrained(tmp_path)
    assert ours.encode("the cats sat").ids == [2, 7, 6, 8, 9, 3]
    assert ours.vocab_size == 10
    assert ours.decode([5, 7, 6]) == "the cat"
    ours.save_pretrained(tmp_path / "saved")
    again = WordPieceTokenizer.from_pretrained(tmp_path / "saved")
    assert again == ours
    (tmp_path / "saved" / TOKENIZER_FILE).unlink()
    assert WordPieceTokenizer.from_pretrained(tmp_path / "saved") == ours


@pytest.mark.slow
def test_of_a_piece_twice_the_ids_are_those_of_transformers(transformers, tmp_path):
    (tmp_path / VOCABULARY_FILE).write_text("\n".join(TWICE) + "\n", "utf-8")
    theirs = transformers.BertTokenizer.from_pretrained(tmp_path)
    ours, text = WordPieceTokenizer.from_pretrained(tmp_path), "The cats sat on the cat"
    assert theirs(text)["input_ids"] == ours.encode(text).ids
    assert theirs.decode([5, 7, 6]) == ours.decode([5, 7, 6])
    ours.save_pretrained(tmp_path / "ours")
    opened = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    assert opened(text)["input_ids"] == ours.encode(text).ids
    theirs.save_pretrained(tmp_path / "theirs")
    assert WordPieceTokenizer.from_pretrained(tmp_path / "theirs") == ours


@pytest.mark.parametrize("last", [4, -1, 10**9])
def test_ids_that_are_no_places_are_named(tmp_path, small, last):
    small.save_pretrained(tmp_path)
    path = tmp_path / TOKENIZER_FILE
    whole = json.loads(path.read_text("utf-8"))
    whole["model"]["vocab"]["new"] = last
    path.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(UserError, match="the ids of the vocabulary are not 0, 1, 2"):
        WordPieceTokenizer.from_pretrained(tmp_path)


# How much the model can read


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("written", "read"), [(512, 512), (int(1e30), None), (1e30, None)])
def test_the_models_length_is_among_the_options(tmp_path, small, whole, written, read):
    small.save_pretrained(tmp_path)
    options = json.loads((tmp_path / CONFIG_FILE).read_text("utf-8"))
    (tmp_path / CONFIG_FILE).write_text(
        json.dumps(options | {"model_max_length": written}), "utf-8"
    )
    if not whole:
        (tmp_path / TOKENIZER_FILE).unlink()
    loaded = WordPieceTokenizer.from_pretrained(tmp_path)
    assert loaded.model_max_length == read
    loaded.save_pretrained(tmp_path / "again")
    assert WordPieceTokenizer.from_pretrained(tmp_path / "again") == loaded


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


# What lies beside the vocabulary


@pytest.fixture
def folder(tmp_path):
    special = WordPieceTokenizer.special_tokens
    pieces = ["a", "b", "e", "é", "中", "A", "Ab", "##b", "extra"]
    WordPieceTokenizer([*special, *pieces]).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    return tmp_path


def change_file(path, **fields):
    """Add fields to a JSON file; those that are `...` are taken out."""
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    kept |= fields
    path.write_text(json.dumps({name: x for name, x in kept.items() if x is not ...}), "utf-8")


@pytest.mark.parametrize(
    ("normalizer", "options"),
    [
        ({}, {"do_lower_case": False}),
        ({}, {"strip_accents": False}),
        ({}, {"tokenize_chinese_chars": False}),
        ({"lowercase": False}, {}),
        ({"lowercase": False}, {"do_lower_case": ...}),
        ({"strip_accents": False}, {"strip_accents": ...}),
        ({"handle_chinese_chars": False}, {"tokenize_chinese_chars": ...}),
        ({"lowercase": False}, {"do_lower_case": ..., "tokenizer_class": ...}),
        ({"lowercase": False}, {"tokenizer_class": "PreTrainedTokenizerFast"}),
    ],
    ids=str,
)
def test_which_file_decides_is_as_in_huggingface(transformers, folder, normalizer, options):
    file = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    change_file(folder / "tokenizer.json", normalizer=file["normalizer"] | normalizer)
    change_file(folder / "tokenizer_config.json", **options)
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    ours = WordPieceTokenizer.from_pretrained(folder)
    for text in ("A é中a Ab", "Ab a é"):
        expected = theirs.convert_ids_to_tokens(theirs(text)["input_ids"])
        assert ours.encode(text).tokens == expected


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize(
    "model",
    [
        None,
        {"model_type": "bert"},
        {"model_type": "bert", "tokenizer_class": "PreTrainedTokenizerFast"},
        {"tokenizer_class": "BertTokenizer"},
    ],
    ids=str,
)
@pytest.mark.parametrize("options", [None, {}, {"do_lower_case": False}], ids=str)
def test_a_folder_without_class_is_read_as_in_huggingface(
    transformers, tmp_path, lowercase, model, options
):
    """Where neither file names a class, the model's kind does; with none, tokenizer.json counts."""
    pieces = [*SPECIAL_TOKENS, "the", "The", "cat", "##s"]
    WordPieceTokenizer(pieces, lowercase=lowercase).save_pretrained(tmp_path)
    (tmp_path / CONFIG_FILE).unlink()
    if options is not None:
        (tmp_path / CONFIG_FILE).write_text(json.dumps(options))
    if model is not None:
        (tmp_path / "config.json").write_text(json.dumps(model))
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert WordPieceTokenizer.from_pretrained(tmp_path).tokenize("The cats") == theirs.tokenize(
        "The cats"
    )


@pytest.mark.parametrize(
    ("file", "fields", "said"),
    [
        ("tokenizer_config.json", {"pad_token": "extra"}, "pad_token is 'extra': only '\\[PAD\\]'"),
        ("tokenizer_config.json", {"mask_token": {"content": "<mask>"}}, "mask_token is '<mask>'"),
        ("special_tokens_map.json", {"cls_token": "<s>"}, "cls_token is '<s>'"),
        ("tokenizer_config.json", {"truncation_side": "left"}, "truncation_side is 'left'"),
        ("tokenizer_config.json", {"split_special_tokens": True}, "split_special_tokens is True"),
        (
            "tokenizer_config.json",
            {"additional_special_tokens": ["extra"]},
            "additional_special_tokens adds the special token 'extra'",
        ),
        (
            "tokenizer_config.json",
            {"added_tokens_decoder": {"14": {"content": "[NEW]", "special": True}}},
            "added_tokens_decoder adds the token '\\[NEW\\]'",
        ),
        ("added_tokens.json", {"[NEW]": 14}, "added_tokens.json: it adds the token '\\[NEW\\]'"),
    ],
)
def test_what_asks_for_other_tokens_is_refused(folder, file, fields, said):
    change_file(folder / file, **fields)
    with pytest.raises(UserError, match=said):
        WordPieceTokenizer.from_pretrained(folder)


def test_what_asks_for_nothing_else_is_read(folder):
    """As HuggingFace's older versions wrote it."""
    expected = WordPieceTokenizer.from_pretrained(folder)
    decoder = {"0": {"content": "[PAD]", "special": True}}
    roles = {"pad_token": {"content": "[PAD]"}, "mask_token": "[MASK]", "sep_token": None}
    change_file(folder / "special_tokens_map.json", **roles)
    change_file(folder / "added_tokens.json")
    change_file(folder / "tokenizer_config.json", added_tokens_decoder=decoder, never_split=None)
    assert WordPieceTokenizer.from_pretrained(folder).encode("ab").ids == expected.encode("ab").ids
