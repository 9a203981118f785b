"""Added tokens are found where the `tokenizers` library finds them, and survive files."""

import json
import random

import pytest
from text_samples import REFERENCE

from zen_transformer import (
    AddedToken,
    ByteLevelBPETokenizer,
    CharacterTokenizer,
    UserError,
    WordPieceTokenizer,
    load_tokenizer,
)
from zen_transformer.tokenizers.files import CONFIG_FILE, TOKENIZER_FILE

TEXTS = [" The cat sat; ab Cat's b ", "A_b é cat  New York,<x> ab中b  foo-bar"]
CONTENTS = ["cat", "Cat", "new york", "é", "ab", "<x>", " s", "中", "foo-bar", "a_b", "s "]
PARTS = [*CONTENTS, "New York", "É", "b", " ", "  ", "_", ",", "\n", "e\u0301", "\u200d"]
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


@pytest.fixture(scope="module")
def tokenizers():
    return pytest.importorskip("tokenizers", reason=f"tokenizers is not installed: {REFERENCE}")


def wordpiece(lowercase=True) -> WordPieceTokenizer:
    return WordPieceTokenizer.train(TEXTS, 120, lowercase=lowercase)


def byte_pair(lowercase=True) -> ByteLevelBPETokenizer:
    return ByteLevelBPETokenizer.train(TEXTS, 300)


def saved_as_theirs(tokenizers, tokenizer, folder):
    """The tokenizer in the library; a special token in the text of a BPE is plain text here."""
    tokenizer.save_pretrained(folder)
    theirs = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    theirs.encode_special_tokens = isinstance(tokenizer, ByteLevelBPETokenizer)
    return theirs


def drawn(rng, tokenizer) -> list[AddedToken]:
    """Some tokens with random flags."""
    tokens = []
    for content in rng.sample(CONTENTS, rng.randint(1, 4)):
        flags = {name: rng.random() < 0.3 for name in FLAGS}
        if content in tokenizer.ids:
            flags["special"] = False
        tokens.append(AddedToken(content, **flags))
    return tokens


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("train", [wordpiece, byte_pair])
def test_same_as_the_library_before_and_after_files(tokenizers, tmp_path, train, seed):
    rng = random.Random(seed)
    ours = train(lowercase=seed % 2 == 0)
    theirs = saved_as_theirs(tokenizers, ours, tmp_path / "before")
    for token in drawn(rng, ours):
        given = tokenizers.AddedToken(token.content, **{n: getattr(token, n) for n in FLAGS})
        add = theirs.add_special_tokens if token.special else theirs.add_tokens
        assert ours.add_tokens(token) == add([given])
        assert ours.id_of(token.content) == theirs.token_to_id(token.content)
    opened = saved_as_theirs(tokenizers, ours, tmp_path / "after")
    again = load_tokenizer(tmp_path / "after")
    assert len(again) == len(ours) == theirs.get_vocab_size()
    for _ in range(25):
        text = "".join(rng.choice(PARTS) for _ in range(rng.randint(1, 8)))
        expected, found = theirs.encode(text), ours.encode(text)
        assert (found.ids, found.offsets) == (expected.ids, expected.offsets), text
        assert again.encode(text) == found, text
        assert opened.encode(text).ids == found.ids, text


@pytest.mark.parametrize("train", [wordpiece, byte_pair])
def test_texts_are_added_as_in_huggingface(train):
    tokenizer = train()
    size, before = tokenizer.vocab_size, tokenizer.fingerprint
    assert tokenizer.add_tokens(["<one>", "<two>", "<one>"]) == 2
    assert tokenizer.add_tokens("<one>") == 0
    assert tokenizer.add_tokens("<end>", special_tokens=True) == 1
    assert len(tokenizer) == tokenizer.vocab_size == size + 3
    assert tokenizer.vocabulary[size:] == ["<one>", "<two>", "<end>"]
    assert tokenizer.special_ids[-1] == size + 2
    assert tokenizer.fingerprint != before
    ids = tokenizer.text_ids("ab<two>ab")
    assert size + 1 in ids
    assert "<two>" in tokenizer.decode(ids)
    assert tokenizer.decode([size, size + 2]).strip() == "<one>"
    assert size + 2 not in tokenizer.text_ids("<end>")


def test_words_that_are_given_keep_them_whole():
    tokenizer = wordpiece()
    tokenizer.add_tokens("<x1>")
    encoded = tokenizer.encode_words(["cat", "a<x1>"])
    assert tokenizer.id_of("<x1>") in encoded.encoding.ids


@pytest.mark.slow
@pytest.mark.parametrize("train", [wordpiece, byte_pair])
def test_transformers_opens_them_and_we_what_it_wrote(tmp_path, train):
    transformers = pytest.importorskip("transformers", reason=REFERENCE)
    ours = train()
    ours.add_tokens([AddedToken("new york", lstrip=True), "<x1>"])
    ours.save_pretrained(tmp_path / "ours")
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    again = load_tokenizer(tmp_path / "theirs")
    for text in ("the cat of New York<x1>", "new york ab <x1>b"):
        assert theirs(text)["input_ids"] == ours.encode(text).ids == again.encode(text).ids


@pytest.mark.parametrize("train", [wordpiece, byte_pair])
def test_without_a_tokenizer_file_they_are_in_the_config(tmp_path, train):
    ours = train()
    ours.add_tokens(AddedToken("new york", rstrip=True))
    ours.save_pretrained(tmp_path)
    (tmp_path / TOKENIZER_FILE).unlink()
    again = type(ours).from_pretrained(tmp_path)
    assert again.added_tokens == ours.added_tokens
    text = "a new york  cat"
    assert again.encode(text) == ours.encode(text)
    config = json.loads((tmp_path / CONFIG_FILE).read_text("utf-8"))
    del config["added_tokens_decoder"]
    (tmp_path / CONFIG_FILE).write_text(json.dumps(config), "utf-8")
    (tmp_path / "added_tokens.json").write_text(json.dumps({"new york": len(ours) - 1}), "utf-8")
    older = type(ours).from_pretrained(tmp_path)
    assert older.added_tokens == (AddedToken("new york"),)


@pytest.mark.parametrize("train", [wordpiece, byte_pair])
def test_ids_that_do_not_follow_are_named(tmp_path, train):
    tokenizer = train()
    tokenizer.add_tokens("<x1>")
    tokenizer.save_pretrained(tmp_path)
    path = tmp_path / TOKENIZER_FILE
    path.write_text(path.read_text("utf-8").replace(f'"id": {len(tokenizer) - 1}', '"id": 999'))
    with pytest.raises(UserError, match="'<x1>' has the id 999: only"):
        load_tokenizer(tmp_path)


def test_what_cannot_be_added_is_named():
    with pytest.raises(UserError, match="an added token is empty"):
        wordpiece().add_tokens("")
    with pytest.raises(UserError, match="half of a surrogate pair"):
        wordpiece().add_tokens("a\ud800")
    with pytest.raises(UserError, match="'a' is a piece of plain text"):
        byte_pair().add_tokens("a", special_tokens=True)
    with pytest.raises(UserError, match="a tokenizer of characters has no added tokens"):
        CharacterTokenizer.train(TEXTS).add_tokens("ab")
