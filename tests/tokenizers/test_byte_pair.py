"""Byte-level BPE: training, merging, text to ids and back, truncation and batches."""

from collections import Counter
from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zen_transformer import ByteLevelBPETokenizer, UserError
from zen_transformer.tokenizers.byte_characters import CHARACTERS
from zen_transformer.tokenizers.byte_pair import END_OF_TEXT, apply_merges
from zen_transformer.tokenizers.byte_pair_training import train_merges

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TEXTS = ["the cat sat on the mat, the cats sat", "naïve 世界 the end", "aaaaaaa bananas"] * 3
SPECIAL = (END_OF_TEXT, "[PAD]", "<|end|>")


@pytest.fixture(scope="module")
def tokenizer() -> ByteLevelBPETokenizer:
    return ByteLevelBPETokenizer.train(TEXTS, 320, SPECIAL, pad_token="[PAD]")


# Training

HUGS = Counter({" hug": 10, " pug": 5, " pun": 12, " bun": 4, " hugs": 5})


def test_merges_come_in_the_order_of_their_counts():
    """15 and 5 occur twice: h comes before Ġ, and Ġp was merged before Ġhug."""
    seen = []
    vocabulary, merges = train_merges(HUGS, 263, [], report=lambda *merge: seen.append(merge))
    expected = "u g, Ġ p, u n, h ug, Ġ hug, Ġp un, Ġp ug".split(", ")
    assert [" ".join(pair) for pair in merges] == expected
    assert [count for _, count in seen] == [20, 17, 16, 15, 15, 12, 5]
    assert vocabulary == [*sorted(CHARACTERS), *("".join(pair) for pair in merges)]


def test_ties_go_to_the_pieces_that_came_first():
    """! comes into the vocabulary before a, and merged pieces after both."""
    tied = Counter({"ab": 2, "ba": 2, "!a": 2, "a!": 2})
    _, merges = train_merges(tied, 300, [])
    assert merges == [("!", "a"), ("a", "!"), ("a", "b"), ("b", "a")]


def test_rare_pairs_are_left():
    assert train_merges(HUGS, 300, [], min_frequency=16)[1] == [("u", "g"), ("Ġ", "p"), ("u", "n")]
    assert train_merges(Counter({"ab": 1}), 300, [])[1] == []


@pytest.mark.slow
@given(st.lists(ANY_TEXT, min_size=1).filter(any))
def test_any_texts_can_be_learnt_from(texts):
    learnt = ByteLevelBPETokenizer.train(texts, 300, min_frequency=1)
    assert learnt.vocabulary[0] == END_OF_TEXT
    assert 257 <= learnt.vocab_size <= 300
    assert [learnt.decode(learnt.encode(text).ids) for text in texts] == texts


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([], 300), "the text is empty"),
        ((["", ""], 300), "the text is empty"),
        ((["a"], 258, SPECIAL), "vocab_size is 258, but the 256 bytes and 3 .* need 259"),
        ((["a"], 300, ("PAD",)), "'PAD' is a single word"),
        ((["a"], 300, ("",)), "'' is a single word"),
        ((["a"], 300, ("<s>", "<s>")), "a special token is given twice: <s>, <s>"),
        ((["a"], 300, (), 0), "min_frequency is 0: it must be at least 1"),
        ((["a\ud800"], 300), "half of a surrogate pair"),
    ],
)
def test_what_cannot_be_learnt_is_a_users_mistake(arguments, says):
    with pytest.raises(UserError, match=says):
        ByteLevelBPETokenizer.train(*arguments)


# Merging


def one_after_the_other(pieces: list[int], merges: dict) -> list[int]:
    """Merge as the definition says: among all pairs the lowest rank, and among those the first."""
    while True:
        ranks = [(merges[pair][0], i) for i, pair in enumerate(pairwise(pieces)) if pair in merges]
        if not ranks:
            return pieces
        _, i = min(ranks)
        joined = merges[pieces[i], pieces[i + 1]][1]
        pieces = [*pieces[:i], joined, *pieces[i + 2 :]]


@given(
    st.lists(st.integers(0, 3), max_size=40),
    st.dictionaries(
        st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(4, 9), max_size=30
    ),
)
@settings(max_examples=200)
def test_the_heap_merges_as_the_equation_does(pieces, becomes):
    merges = {pair: (rank, joined) for rank, (pair, joined) in enumerate(becomes.items())}
    assert apply_merges(pieces, merges) == one_after_the_other(pieces, merges)


@pytest.mark.slow
@pytest.mark.parametrize("word", ["x" * 100_000, "ab" * 50_000, " " * 100_000, "é" * 50_000])
def test_a_word_without_end_takes_no_long_time(tokenizer, word):
    started = perf_counter()
    encoding = tokenizer.encode(word)
    assert perf_counter() - started < 20  # seconds; in quadratic time it takes hours
    assert tokenizer.decode(encoding.ids) == word


# Text to ids and back


@given(ANY_TEXT)
@example("")
@example("\x00")
@example("e\u0301 👩\u200d💻 🇩🇪 \u200b\ufeff 中文\u3000 שלום")
@example(" \t\n\r\n  \x85\xa0\u2028 ")
@example("<|endoftext|>[PAD]")
def test_any_text_comes_back(tokenizer, text):
    encoding = tokenizer.encode(text)
    assert tokenizer.decode(encoding.ids) == text
    assert not set(tokenizer.special_ids) & set(encoding.ids)
    assert tokenizer.text_ids(text) == encoding.ids
    assert tokenizer.tokenize(text) == encoding.tokens
    assert encoding.type_ids == [0] * len(encoding)
    assert encoding.attention_mask == [1] * len(encoding)
    for start, end in encoding.offsets:
        assert 0 <= start < end <= len(text)


def test_nothing_has_no_tokens(tokenizer):
    assert tokenizer.encode("").ids == []
    assert tokenizer.decode([]) == ""


def test_a_part_of_a_character_has_its_offsets(tokenizer):
    encoding = tokenizer.encode("a界")
    assert len(encoding) == 4 or set(encoding.offsets) == {(0, 1), (1, 2)}
    first = tokenizer.encode("é\u0c80").ids[:-1]
    assert tokenizer.decode(first) == "é\ufffd"


def test_special_tokens_are_letters_by_default(tokenizer):
    text = "the<|end|>cat[PAD]<|endoftext|>"
    assert not set(tokenizer.special_ids) & set(tokenizer.encode(text).ids)
    special = tokenizer.encode(text, split_special_tokens=False)
    assert special.tokens == ["the", "<|end|>", "cat", "[PAD]", END_OF_TEXT]
    assert special.offsets == [(0, 3), (3, 10), (10, 13), (13, 18), (18, 31)]
    assert tokenizer.decode(special.ids) == "thecat"
    assert tokenizer.decode(special.ids, skip_special_tokens=False) == text


def test_of_special_tokens_the_longest_is_found():
    learnt = ByteLevelBPETokenizer.train(["a"], 300, ("<a>", "<a><b>"))
    assert learnt.tokenize("<a><b><a>", split_special_tokens=False) == ["<a><b>", "<a>"]


def test_a_tokenizer_may_have_no_special_tokens():
    learnt = ByteLevelBPETokenizer.train(["a"], 300, ())
    assert learnt.tokenize("a b", split_special_tokens=False) == ["a", "Ġ", "b"]
    assert learnt.special_ids == []
    with pytest.raises(UserError, match="no eos_token"):
        _ = learnt.eos_id


@pytest.mark.parametrize(("text", "place"), [("\ud800", 0), ("a\udfff", 1), ("\ud83d\ude00", 0)])
def test_half_of_a_surrogate_pair_is_a_users_mistake(tokenizer, text, place):
    for method in (tokenizer.encode, tokenizer.text_ids, tokenizer.tokenize, tokenizer):
        with pytest.raises(UserError, match=f"half of a surrogate pair, .* at {place}:"):
            method(text)


@pytest.mark.parametrize("wrong", [-1, 320, 10**9])
def test_an_id_outside_the_vocabulary_is_a_users_mistake(tokenizer, wrong):
    with pytest.raises(UserError, match=f"id {wrong} lies outside the vocabulary of"):
        tokenizer.decode([5, wrong])


def test_ids_may_be_an_array(tokenizer):
    ids = np.array(tokenizer.encode("the cat").ids, np.int32)
    assert tokenizer.decode(ids) == "the cat"


def test_roles(tokenizer):
    assert [tokenizer.eos_id, tokenizer.bos_id, tokenizer.pad_id] == [0, 0, 1]
    assert tokenizer.special_ids == [0, 1, 2]
    assert tokenizer.id_of("<|end|>") == 2
    assert tokenizer.vocabulary[tokenizer.id_of("Ġcat")] == "Ġcat"
    plain = ByteLevelBPETokenizer.train(TEXTS, 300)
    assert [plain.eos_id, plain.bos_id, plain.pad_id] == [0, 0, 0]
    with pytest.raises(UserError, match=r"'\[MASK\]' is not in the vocabulary; its special"):
        tokenizer.id_of("[MASK]")


def test_the_fingerprint_changes_with_the_ids(tokenizer):
    same = ByteLevelBPETokenizer.train(TEXTS, 320, SPECIAL)
    assert same.fingerprint == tokenizer.fingerprint
    fewer = ByteLevelBPETokenizer(same.vocabulary, same.merges[:-1], SPECIAL)
    other = ByteLevelBPETokenizer(same.vocabulary, same.merges, SPECIAL[:-1])
    assert len({tokenizer.fingerprint, fewer.fingerprint, other.fingerprint}) == 3


# Truncation and batches


def test_truncation_removes_the_end(tokenizer):
    whole = tokenizer.encode("the cat sat on the mat")
    shortened = tokenizer.encode("the cat sat on the mat", max_length=3, truncation=True)
    assert (shortened.ids, shortened.offsets) == (whole.ids[:3], whole.offsets[:3])
    with pytest.raises(UserError, match="max_length is 3: shorten it"):
        tokenizer.encode("the cat sat on the mat", max_length=3)
    with pytest.raises(UserError, match="to how many tokens is not said"):
        tokenizer.encode("the cat", truncation=True)
    with pytest.raises(UserError, match="choose one of longest_first"):
        tokenizer.encode("the cat", max_length=3, truncation="middle")


def test_a_batch_is_padded_on_either_side(tokenizer):
    long, short = tokenizer.encode("the cat sat").ids, tokenizer.encode("the").ids
    gap = len(long) - len(short)
    batch = tokenizer(["the cat sat", "the"])
    assert set(batch) == {"input_ids", "attention_mask"}
    assert batch["input_ids"].tolist() == [long, [*short, *[1] * gap]]
    assert batch["attention_mask"].tolist() == [[1] * len(long), [1] * len(short) + [0] * gap]
    batch = tokenizer(["the cat sat", "the"], padding_side="left")
    assert batch["input_ids"].tolist() == [long, [*[1] * gap, *short]]
    assert batch["attention_mask"].tolist() == [[1] * len(long), [0] * gap + [1] * len(short)]
    assert batch["input_ids"].dtype == batch["attention_mask"].dtype == np.int32


def test_one_text_is_a_batch_of_one(tokenizer):
    assert tokenizer("the cat")["input_ids"].shape == (1, 2)
    assert tokenizer("the cat sat", max_length=1, truncation=True)["input_ids"].shape == (1, 1)
    assert tokenizer("")["input_ids"].shape == (1, 0)
    assert tokenizer("[PAD]", split_special_tokens=False)["input_ids"].tolist() == [[1]]


def test_a_batch_of_nothing_is_a_users_mistake(tokenizer):
    with pytest.raises(UserError, match="no encoding to pad"):
        tokenizer([])


# Bad vocabularies

BYTES = sorted(CHARACTERS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((BYTES[1:], [], (), None), r"lacks 1 of the 256 bytes, the first is 33 \('!'\)"),
        (([*BYTES, "a"], [], (), None), "has the piece 'a' twice"),
        (([*BYTES, "ab"], [("a", "c")], (), None), "merge 1, a c, needs the piece 'ac'"),
        (([*BYTES, "ab"], [("a", "b"), ("x€", "b")], (), None), "merge 2, .* piece 'x€'"),
        (([*BYTES, "a€"], [], (), None), "'a€' has '€' in it, which stands for no byte"),
        ((BYTES, [], ("<s>",), "<s>"), "the vocabulary lacks the special tokens <s>"),
        (([*BYTES, "ab"], [("a", "b")], ("ab",), "ab"), "makes the special token 'ab'"),
        ((BYTES, [], ("a",), "a"), "the special token 'a' is a byte of plain text"),
        (([*BYTES, "<s>"], [], ("<s>",), "</s>"), "eos_token is '</s>', which is none of .*: <s>"),
        ((BYTES, [], (), "</s>"), "eos_token is '</s>', .*: there are none"),
    ],
)
def test_what_does_not_belong_together_is_a_users_mistake(arguments, says):
    with pytest.raises(UserError, match=says):
        ByteLevelBPETokenizer(*arguments)
