"""The tokenizer of a folder, of whichever kind."""

import json
from pathlib import Path

import pytest

from zen_transformer import (
    ByteLevelBPETokenizer,
    CharacterTokenizer,
    UserError,
    WordPieceTokenizer,
    load_tokenizer,
)
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.encoding import pad
from zen_transformer.tokenizers.files import TOKENIZER_FILE
from zen_transformer.tokenizers.loading import load_generating_tokenizer

TEXTS = ["the cat sat on the mat", "the cats sat"]
ALL = [
    WordPieceTokenizer.train(TEXTS, 40),
    ByteLevelBPETokenizer.train(TEXTS, 270),
    CharacterTokenizer.train(TEXTS),
]


@pytest.mark.parametrize("tokenizer", ALL, ids=lambda tokenizer: type(tokenizer).__name__)
def test_each_kind_is_known_by_its_files(tmp_path, tokenizer):
    tokenizer.save_pretrained(tmp_path)
    assert load_tokenizer(tmp_path) == tokenizer
    assert load_tokenizer(str(tmp_path)) == tokenizer


@pytest.mark.parametrize("tokenizer", ALL[:2], ids=lambda tokenizer: type(tokenizer).__name__)
def test_the_older_files_are_enough(tmp_path, tokenizer):
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / TOKENIZER_FILE).unlink()
    assert load_tokenizer(tmp_path) == tokenizer


@pytest.mark.parametrize("missing", ["vocab.json", "merges.txt"])
def test_half_a_tokenizer_is_none(tmp_path, missing):
    ALL[1].save_pretrained(tmp_path)
    for name in (TOKENIZER_FILE, missing):
        (tmp_path / name).unlink()
    with pytest.raises(UserError, match=r"no tokenizer: neither tokenizer\.json, nor vocab\.txt"):
        load_tokenizer(tmp_path)


def test_no_folder_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="has no tokenizer"):
        load_tokenizer(tmp_path / "nowhere")


@pytest.mark.parametrize("model", [{}, {"type": "Unigram"}])
def test_another_kind_is_a_users_mistake(tmp_path, model):
    (Path(tmp_path) / TOKENIZER_FILE).write_text(json.dumps({"model": model}))
    with pytest.raises(UserError, match="only WordPiece, BPE, WordLevel are implemented"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_damaged_file_is_a_users_mistake(tmp_path, content):
    (tmp_path / TOKENIZER_FILE).write_text(content)
    with pytest.raises(UserError, match=r"tokenizer\.json"):
        load_tokenizer(tmp_path)


def test_a_model_that_generates_needs_a_token_that_ends_a_text(tmp_path):
    for tokenizer in ALL[1:]:
        tokenizer.save_pretrained(tmp_path / tokenizer.eos_token)
        assert load_generating_tokenizer(tmp_path / tokenizer.eos_token) == tokenizer
    ALL[0].save_pretrained(tmp_path)
    with pytest.raises(UserError, match=r"without a token that ends a text .* cannot write texts"):
        load_generating_tokenizer(tmp_path)


# One interface


@pytest.mark.parametrize("tokenizer", ALL, ids=lambda tokenizer: type(tokenizer).__name__)
def test_all_kinds_have_the_same_interface(tokenizer):
    assert isinstance(tokenizer, Tokenizer)
    assert [tokenizer.id_of(token) for token in tokenizer.special_tokens] == tokenizer.special_ids
    texts = ["the cat", "the cat sat"]
    encodings = [tokenizer.encode(text, max_length=20, truncation=True) for text in texts]
    batch, padded = tokenizer(texts, max_length=20), pad(encodings, tokenizer.pad_id)
    assert tuple(batch) == tokenizer.model_input_names
    assert all((batch[name] == padded[name]).all() for name in batch)
    for text, encoding in zip(texts, encodings, strict=True):
        assert tokenizer.decode(encoding.ids) == text
        assert tokenizer.decode(tokenizer.text_ids(text)) == text
        assert tokenizer.tokenize(text) == [
            token for token in encoding.tokens if token not in tokenizer.special_tokens
        ]
