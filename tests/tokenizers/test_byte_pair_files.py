"""Folders of byte-level BPE tokenizers: what is saved is read again, and the error for a damaged or
foreign one is one line. HuggingFace reads them in `test_byte_pair_as_huggingface.py`."""

import json
from pathlib import Path
from typing import Any

import pytest

from zen_transformer import ByteLevelBPETokenizer, UserError, WordPieceTokenizer
from zen_transformer.tokenizers.byte_pair_files import MERGES_FILE, VOCABULARY_FILE
from zen_transformer.tokenizers.files import CONFIG_FILE, TOKENIZER_FILE

TEXTS = ["the cat sat on the mat", "the cats sat"] * 3
FOUR = sorted([VOCABULARY_FILE, MERGES_FILE, CONFIG_FILE, TOKENIZER_FILE])


@pytest.fixture(scope="module")
def small() -> ByteLevelBPETokenizer:
    return ByteLevelBPETokenizer.train(TEXTS, 270)


@pytest.fixture
def folder(small, tmp_path) -> Path:
    """A folder with all four files."""
    small.save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def two_files(folder) -> Path:
    """A folder with GPT-2's two files only."""
    (folder / TOKENIZER_FILE).unlink()
    (folder / CONFIG_FILE).unlink()
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"special_tokens": ("<|stop|>", "[PAD]", "<|ü|>"), "pad_token": "[PAD]"},
        {"special_tokens": ("<s>", "</s>"), "eos_token": "</s>", "bos_token": "<s>"},
        {"special_tokens": ()},
    ],
)
@pytest.mark.parametrize("limit", [None, 512])
def test_what_is_saved_is_loaded(tmp_path, arguments, limit):
    saved = ByteLevelBPETokenizer.train(TEXTS, 280, **arguments)
    saved.model_max_length = limit
    saved.save_pretrained(str(tmp_path / "new" / "folder"))
    assert ByteLevelBPETokenizer.from_pretrained(str(tmp_path / "new" / "folder")) == saved
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == FOUR
    (tmp_path / "new" / "folder" / TOKENIZER_FILE).unlink()
    assert ByteLevelBPETokenizer.from_pretrained(tmp_path / "new" / "folder") == saved


def test_the_files_are_those_of_gpt2(folder, small):
    assert json.loads((folder / VOCABULARY_FILE).read_text("utf-8")) == small.ids
    lines = (folder / MERGES_FILE).read_text("utf-8").split("\n")
    assert lines[0] == "#version: 0.2"
    assert lines[1:-1] == [" ".join(pair) for pair in small.merges]
    assert lines[-1] == ""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_two_files_are_enough(two_files, small, end):
    text = (two_files / MERGES_FILE).read_text("utf-8").replace("\n", end)
    (two_files / MERGES_FILE).write_bytes(text.encode())
    assert ByteLevelBPETokenizer.from_pretrained(two_files) == small


def test_added_tokens_are_read(two_files, small):
    (two_files / "added_tokens.json").write_text('{"<|pad|>": 270}')
    (two_files / CONFIG_FILE).write_text('{"pad_token": {"content": "<|pad|>"}}')
    loaded = ByteLevelBPETokenizer.from_pretrained(two_files)
    assert loaded.vocabulary == [*small.vocabulary, "<|pad|>"]
    assert (loaded.pad_id, loaded.eos_id) == (270, 0)


# Bad folders


def mistake(folder: Path) -> str:
    """Return the error of reading a folder, which is one line."""
    with pytest.raises(UserError) as error:
        ByteLevelBPETokenizer.from_pretrained(folder)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "missing", [FOUR, [TOKENIZER_FILE, VOCABULARY_FILE], [TOKENIZER_FILE, MERGES_FILE]]
)
def test_a_folder_without_tokenizer_is_a_users_mistake(folder, missing):
    for name in missing:
        (folder / name).unlink()
    assert "neither tokenizer.json nor vocab.json with merges.txt" in mistake(folder)


def test_a_wordpiece_folder_is_a_users_mistake(tmp_path):
    WordPieceTokenizer.train(TEXTS, 40).save_pretrained(tmp_path)
    assert "of kind WordPiece with a pre_tokenizer of kind BertPre" in mistake(tmp_path)
    (tmp_path / TOKENIZER_FILE).unlink()
    assert "no byte-level BPE tokenizer" in mistake(tmp_path)


@pytest.mark.parametrize("name", [TOKENIZER_FILE, CONFIG_FILE])
@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"[]", b"null"])
def test_a_damaged_file_is_a_users_mistake(folder, name, content):
    (folder / name).write_bytes(content)
    assert name in mistake(folder)


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b"[]", b'{"a": "b"}', b'{"a": 1.5}'])
def test_a_damaged_vocabulary_is_a_users_mistake(two_files, content):
    (two_files / VOCABULARY_FILE).write_bytes(content)
    assert VOCABULARY_FILE in mistake(two_files)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "merges.txt is not UTF-8: byte 0"),
        (b"#version: 0.2\nt h\nthe\n", "merges.txt, line 3 is 'the': a merge has two pieces"),
        (b"t h e\n", "merges.txt, line 1 is 't h e'"),
        (b"t  h\n", "merges.txt, line 1 is 't  h'"),
        (b"t q\n", "merge 1, t q, needs the piece 'tq', which is not in the vocabulary"),
        ("t 世\n".encode(), "merge 1, t 世, needs the piece '世'"),
    ],
)
def test_damaged_merges_are_a_users_mistake(two_files, content, says):
    (two_files / MERGES_FILE).write_bytes(content)
    assert says in mistake(two_files)


@pytest.mark.parametrize("wrong", [{"zz": 1000}, {"zz": 0}, {"zz": -1}])
def test_ids_with_a_hole_are_a_users_mistake(two_files, small, wrong):
    (two_files / VOCABULARY_FILE).write_text(json.dumps(small.ids | wrong))
    assert "the ids of the vocabulary are not 0, 1, 2" in mistake(two_files)


def test_a_vocabulary_without_all_bytes_is_a_users_mistake(two_files):
    (two_files / VOCABULARY_FILE).write_text(json.dumps({"a": 0, "b": 1}))
    (two_files / MERGES_FILE).write_text("#version: 0.2\n")
    assert "lacks 254 of the 256 bytes" in mistake(two_files)


def test_a_space_before_the_text_is_a_users_mistake(two_files):
    (two_files / CONFIG_FILE).write_text('{"add_prefix_space": true}')
    assert "add_prefix_space is True: only False is implemented" in mistake(two_files)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ('{"add_prefix_space": true}', "add_prefix_space is True"),
        ('{"truncation_side": "left"}', "truncation_side is 'left'"),
        ('{"split_special_tokens": true}', "split_special_tokens is True"),
    ],
)
def test_options_count_beside_a_tokenizer_file_too(tmp_path, option, said):
    ByteLevelBPETokenizer.train(["the dog"], vocab_size=260).save_pretrained(tmp_path)
    assert (tmp_path / TOKENIZER_FILE).is_file()
    (tmp_path / CONFIG_FILE).write_text(option)
    assert said in mistake(tmp_path)


TEMPLATE = {"type": "TemplateProcessing", "special_tokens": {"<s>": {}, "</s>": {}}}
ADDED = {"id": 0, "content": "<|endoftext|>", "special": True}


@pytest.mark.parametrize(
    ("part", "changed", "says"),
    [
        ("model", {"type": "Unigram"}, "of kind Unigram with a pre_tokenizer of kind ByteLevel"),
        ("model", None, "model is None, it has to be an object"),
        ("model", {"dropout": 0.1}, "dropout is 0.1"),
        ("model", {"continuing_subword_prefix": "##"}, "continuing_subword_prefix is '##'"),
        ("model", {"end_of_word_suffix": "</w>"}, "end_of_word_suffix is '</w>'"),
        ("model", {"ignore_merges": True}, "ignore_merges is True"),
        ("model", {"merges": None}, "lacks merges"),
        ("model", {"merges": [["t", "h", "e"]]}, "merge 1 is \"['t', 'h', 'e']\": a merge has two"),
        ("model", {"merges": [3]}, "merge 1 is '3'"),
        ("model", {"vocab": ["a"]}, "has no vocabulary"),
        ("pre_tokenizer", {"add_prefix_space": True}, "add_prefix_space is True"),
        ("pre_tokenizer", {"use_regex": False}, "use_regex is False"),
        ("pre_tokenizer", {"type": "Sequence"}, "pre_tokenizer of kind Sequence"),
        ("normalizer", {"type": "NFC"}, "normalizer is {'type': 'NFC'}"),
        ("post_processor", TEMPLATE, "adds tokens to a text: <s>, </s>"),
        ("post_processor", {"type": "RobertaProcessing"}, "of kind RobertaProcessing adds tokens"),
        ("added_tokens", [{"content": "<s>"}], "lacks its content or id"),
        (
            "added_tokens",
            [ADDED | {"special": False}],
            "eos_token is '<|endoftext|>', which",
        ),
        ("added_tokens", [ADDED | {"id": 300}], "the ids of the vocabulary are not 0, 1, 2"),
    ],
)
def test_what_would_give_other_ids_is_a_users_mistake(folder, part, changed, says):
    whole: dict[str, Any] = json.loads((folder / TOKENIZER_FILE).read_text("utf-8"))
    old = whole[part]
    whole[part] = old | changed if isinstance(old, dict) and changed else changed
    (folder / TOKENIZER_FILE).write_text(json.dumps(whole), "utf-8")
    assert says in mistake(folder)


def test_what_changes_nothing_may_differ(folder, small):
    whole = json.loads((folder / TOKENIZER_FILE).read_text("utf-8"))
    whole["model"] |= {"unk_token": "<unk>", "merges": list(map(" ".join, small.merges))}
    whole["model"] |= {"continuing_subword_prefix": None}
    whole["added_tokens"][0]["normalized"] = True
    whole["post_processor"] = {"type": "ByteLevel", "trim_offsets": True}
    del whole["pre_tokenizer"]["use_regex"]
    (folder / TOKENIZER_FILE).write_text(json.dumps(whole), "utf-8")
    assert ByteLevelBPETokenizer.from_pretrained(folder) == small


def test_a_role_without_its_token_is_a_users_mistake(folder):
    (folder / CONFIG_FILE).write_text('{"pad_token": "[PAD]"}')
    assert "pad_token is '[PAD]', which is none of the special tokens: <|endoft" in mistake(folder)
