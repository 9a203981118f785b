"""Documents as ids on disk: the same as in memory, written once, and complete after a kill."""

import json
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.data.corpora import Document
from zen_transformer.data.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.data.shards import tokenize_to_shards
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

TOKENIZER = WordPieceTokenizer([*SPECIAL_TOKENS, ".", "a", "b", "c", "d", "##d"])
DOCUMENTS = [Document("xy"[n % 3 == 0], f"{'abcd'[n % 4]} b. C {'a' * n}.") for n in range(20)]


def assert_same(tokenized: TokenizedDocuments, expected: TokenizedDocuments) -> None:
    assert tokenized.sources == expected.sources
    for name in ("sentence_starts", "document_starts", "document_sources"):
        np.testing.assert_array_equal(getattr(tokenized, name), getattr(expected, name))
    assert len(tokenized.ids) == len(expected.ids)
    for start, end in pairwise(expected.document_starts):
        assert tokenized.ids[start:end].dtype == np.int32
        np.testing.assert_array_equal(tokenized.ids[start:end], expected.ids[start:end])
        np.testing.assert_array_equal(tokenized.ids[end - 1 : end], expected.ids[end - 1 : end])
        assert len(tokenized.ids[end:end]) == 0
    np.testing.assert_array_equal(tokenized.frequencies(11), expected.frequencies(11))


EXPECTED = tokenize_documents(DOCUMENTS, TOKENIZER)


def tokenize(folder: Path, documents=DOCUMENTS, tokenizer=TOKENIZER, key="key", **options):
    return tokenize_to_shards(folder, documents, tokenizer, key, shard_tokens=16, **options)


def forbidden():
    raise AssertionError("read again")
    yield


def test_the_same_as_in_memory_in_several_shards(tmp_path):
    assert_same(tokenize(tmp_path), EXPECTED)
    assert len(list(tmp_path.glob("*.ids.npy"))) > 3
    assert np.load(tmp_path / "00000.ids.npy").dtype == np.uint16


def test_finished_shards_are_not_written_again(tmp_path):
    tokenize(tmp_path)
    assert_same(tokenize(tmp_path, documents=forbidden()), EXPECTED)


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"tokenizer": WordPieceTokenizer(TOKENIZER.vocabulary, lowercase=False)},
        {"tokenizer": WordPieceTokenizer([*TOKENIZER.vocabulary, "e"])},
    ],
)
def test_with_another_key_or_tokenizer_all_is_written_again(tmp_path, change):
    tokenize(tmp_path)
    documents = [Document("z", "a b. b a.")]
    expected = tokenize_documents(documents, change.get("tokenizer", TOKENIZER))
    assert_same(tokenize(tmp_path, documents, **change), expected)


@pytest.mark.slow
@given(stop=st.integers(0, 20))
def test_a_stopped_run_continues_after_the_last_finished_shard(tmp_path_factory, stop):
    folder = tmp_path_factory.mktemp("shards")

    def stopped():
        yield from DOCUMENTS[:stop]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tokenize(folder, documents=stopped())
    read = []
    counted = (read.append(document) or document for document in DOCUMENTS)
    counts: list[int] = []
    assert_same(tokenize(folder, documents=counted, advance=counts.append), EXPECTED)
    # Those that were finished before are counted at once.
    assert sum(counts) == len(DOCUMENTS)
    finished = json.loads((folder / "index.json").read_text())["shards"]
    assert counts[0] in np.cumsum([0, *(shard["documents"] for shard in finished)])


@pytest.mark.parametrize("name", ["00001.ids.npy", "00001.marks.npz", "index.json"])
@pytest.mark.parametrize("damage", ["truncated", "missing"])
def test_damaged_shards_are_written_again(tmp_path, name, damage):
    tokenize(tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    path.unlink()
    if damage == "truncated":
        path.write_bytes(content[:-3])
    assert_same(tokenize(tmp_path), EXPECTED)


@pytest.mark.parametrize("name", ["00001.ids.npy", "00001.marks.npz"])
def test_changed_shards_are_noticed_and_written_again(tmp_path, name):
    tokenize(tmp_path)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.warns(UserWarning, match=f"{name} changed since it was written: written anew"):
        assert_same(tokenize(tmp_path), EXPECTED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same(tokenize(tmp_path), EXPECTED)


def test_shards_of_a_former_version_have_no_checksums(tmp_path):
    tokenize(tmp_path)
    index = json.loads((tmp_path / "index.json").read_text())
    for shard in index["shards"]:
        del shard["sha256"]
    (tmp_path / "index.json").write_text(json.dumps(index))
    assert_same(tokenize(tmp_path, documents=iter(())), EXPECTED)


def test_a_large_vocabulary_needs_wider_ids(tmp_path):
    pieces = [f"x{n}" for n in range(2**16)]
    tokenizer = WordPieceTokenizer([*TOKENIZER.vocabulary, *pieces])
    documents = [Document("a", "x65535 a. x0.")]
    tokenized = tokenize(tmp_path, documents, tokenizer)
    assert tokenized.ids[0:1].tolist() == [len(TOKENIZER.vocabulary) + 65535]
    assert np.load(tmp_path / "00000.ids.npy").dtype == np.int32


def test_no_text_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="holds no text"):
        tokenize(tmp_path, documents=[Document("x", " ")])
