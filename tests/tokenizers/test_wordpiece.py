"""Words become pieces, texts become model inputs, and ids become text again."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError, WordPieceTokenizer
from zen_transformer.tokenizers import base, wordpiece
from zen_transformer.tokenizers.encoding import Encoding, pad
from zen_transformer.tokenizers.wordpiece_training import PREFIX, SPECIAL_TOKENS

PAD, UNK, CLS, SEP, MASK = range(5)
PIECES = ["un", "##aff", "##able", "a", "##b", "ab", "##c", "abc", "the", "cat", "sat", ".", "é"]
"""Ids 5, 6, 7, …"""


@pytest.fixture(scope="module")
def tokenizer() -> WordPieceTokenizer:
    return WordPieceTokenizer([*SPECIAL_TOKENS, *PIECES])


@pytest.fixture(scope="module")
def letters() -> WordPieceTokenizer:
    """Every letter is a piece, so the number of tokens is known."""
    return WordPieceTokenizer([*SPECIAL_TOKENS, "a", "b", "c", "d", "e", "f"])


# Longest match first


def test_a_word_becomes_its_longest_pieces(tokenizer):
    assert tokenizer.tokenize("unaffable") == ["un", "##aff", "##able"]


def test_longest_piece_wins_from_the_left(tokenizer):
    assert tokenizer.tokenize("abc") == ["abc"]
    assert tokenizer.tokenize("abb") == ["ab", "##b"]
    assert tokenizer.tokenize("abcb") == ["abc", "##b"]


def test_taking_the_longest_is_never_taken_back():
    # a ##bc would do, but ab was taken, and ##c does not exist.
    greedy = WordPieceTokenizer([*SPECIAL_TOKENS, "a", "ab", "##bc"])
    assert greedy.tokenize("abc") == ["[UNK]"]


def test_a_piece_without_mark_does_not_continue_a_word(tokenizer):
    assert tokenizer.tokenize("thecat") == ["[UNK]"]
    assert tokenizer.tokenize("aa") == ["[UNK]"]


def test_a_word_that_cannot_be_finished_is_unknown_as_a_whole(tokenizer):
    assert tokenizer.tokenize("the abz cat") == ["the", "[UNK]", "cat"]


def test_the_mark_written_in_a_text_continues_nothing(tokenizer):
    assert tokenizer.tokenize("##b") == ["[UNK]", "[UNK]", "[UNK]"]


def test_hundred_characters_are_a_word_and_one_more_is_unknown():
    repeated = WordPieceTokenizer([*SPECIAL_TOKENS, "a", "##a"])
    assert repeated.tokenize("a" * 100) == ["a"] + ["##a"] * 99
    assert repeated.tokenize("a" * 101) == ["[UNK]"]
    # Counted is what is left after normalization.
    assert repeated.tokenize("a\u0301" * 100) == ["a"] + ["##a"] * 99


def test_lowercase_and_accents_follow_the_options(tokenizer):
    assert tokenizer.tokenize("THÉ Cat") == ["the", "cat"]
    cased = WordPieceTokenizer(tokenizer.vocabulary, lowercase=False)
    assert cased.tokenize("The the é") == ["[UNK]", "the", "é"]
    assert WordPieceTokenizer(tokenizer.vocabulary, strip_accents=False).tokenize("É") == ["é"]


def test_empty_text_has_no_pieces(tokenizer):
    assert tokenizer.tokenize("") == []
    assert tokenizer.tokenize(" \t\n\u3000\u200b") == []


def test_special_tokens_must_be_in_the_vocabulary():
    with pytest.raises(UserError, match=r"lacks the special tokens \[CLS\], \[MASK\]"):
        WordPieceTokenizer(["[PAD]", "[UNK]", "[SEP]", "a"])


def test_special_tokens_may_stand_anywhere_in_the_vocabulary():
    turned = WordPieceTokenizer(["a", *reversed(SPECIAL_TOKENS)])
    assert turned.encode("a [MASK]").ids == [3, 0, 1, 2]
    assert turned.special_ids == [5, 4, 3, 2, 1]


# Special tokens within a text


def test_special_tokens_in_a_text_are_found_first(tokenizer):
    assert tokenizer.tokenize("the [MASK] sat") == ["the", "[MASK]", "sat"]
    assert tokenizer.tokenize("the[MASK]sat[SEP]") == ["the", "[MASK]", "sat", "[SEP]"]


def test_special_tokens_are_written_exactly_so(tokenizer):
    assert tokenizer.tokenize("[mask]") == ["[UNK]"] * 3
    assert tokenizer.tokenize("[ MASK ]") == ["[UNK]"] * 3


def test_plain_ids_take_special_tokens_for_letters(tokenizer):
    assert tokenizer.text_ids("the [MASK] sat") == [13, UNK, UNK, UNK, 15]
    assert tokenizer.text_ids("the cat sat .") == tokenizer.encode("the cat sat .").ids[1:-1]


# Offsets


def test_offsets_say_where_a_piece_stands(tokenizer):
    encoding = tokenizer.encode("The  unaffable\tcat.")
    assert encoding.tokens == "[CLS] the un ##aff ##able cat . [SEP]".split()
    assert encoding.offsets == [
        (0, 0), (0, 3), (5, 7), (7, 10), (10, 14), (15, 18), (18, 19), (0, 0),
    ]  # fmt: skip


def test_offsets_pass_over_what_vanishes(tokenizer):
    assert tokenizer.pieces("a\u0301\x00b cat")[0][1:] == (0, 4)
    assert tokenizer.encode("\u200bcat").offsets[1] == (1, 4)


def test_offsets_count_in_each_text_of_a_pair_on_its_own(tokenizer):
    assert tokenizer.encode("the cat", "sat").offsets == [
        (0, 0), (0, 3), (4, 7), (0, 0), (0, 3), (0, 0),
    ]  # fmt: skip


TRAINED = WordPieceTokenizer.train(
    ["the cat sat, the dog ran: Über-cats! 中文 ñandú"], vocab_size=60
)


@given(st.text("thecadogsr THECA ,:!-中文ñúÜ\u0301\x00[MASK]", max_size=40))
def test_offsets_cut_the_piece_out_of_the_text(text):
    for piece in TRAINED.pieces(text):
        name = TRAINED.vocabulary[piece.id]
        if name not in SPECIAL_TOKENS:
            (word,) = TRAINED.words(text[piece.start : piece.end])
            assert word.text == name.removeprefix(PREFIX)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_offsets_never_run_back_and_never_out_of_the_text(text):
    position = 0
    for piece in TRAINED.pieces(text):
        assert position <= piece.start < piece.end <= len(text)
        position = piece.start


# Encodings


def test_one_text(tokenizer):
    encoding = tokenizer.encode("The cat sat.")
    assert encoding == Encoding(
        ids=[CLS, 13, 14, 15, 16, SEP],
        tokens=["[CLS]", "the", "cat", "sat", ".", "[SEP]"],
        type_ids=[0, 0, 0, 0, 0, 0],
        attention_mask=[1, 1, 1, 1, 1, 1],
        offsets=[(0, 0), (0, 3), (4, 7), (8, 11), (11, 12), (0, 0)],
    )
    assert len(encoding) == 6


def test_two_texts(tokenizer):
    encoding = tokenizer.encode("the cat", "sat .")
    assert encoding.ids == [CLS, 13, 14, SEP, 15, 16, SEP]
    assert encoding.type_ids == [0, 0, 0, 0, 1, 1, 1]
    assert encoding.attention_mask == [1] * 7


def test_an_empty_pair_is_a_pair(tokenizer):
    assert tokenizer.encode("", "").ids == [CLS, SEP, SEP]
    assert tokenizer.encode("", "").type_ids == [0, 0, 1]
    assert tokenizer.encode("").ids == [CLS, SEP]


def test_a_text_that_fits_is_left_alone(letters):
    for truncation in (False, True, "only_first", "only_second", "longest_first"):
        encoding = letters.encode("a b c", "d", max_length=7, truncation=truncation)
        assert encoding.tokens == "[CLS] a b c [SEP] d [SEP]".split()


def test_too_long_without_truncation_names_both_lengths(letters):
    with pytest.raises(UserError, match=r"input has 8 tokens, max_length is 7.*truncation=True"):
        letters.encode("a b c", "d e", max_length=7)


@pytest.mark.parametrize(
    ("truncation", "max_length", "expected"),
    [
        (True, 7, "[CLS] a b [SEP] e f [SEP]"),
        ("longest_first", 8, "[CLS] a b c [SEP] e f [SEP]"),
        ("longest_first", 7, "[CLS] a b [SEP] e f [SEP]"),
        ("longest_first", 6, "[CLS] a b [SEP] e [SEP]"),
        ("longest_first", 5, "[CLS] a [SEP] e [SEP]"),
        ("longest_first", 3, "[CLS] [SEP] [SEP]"),
        ("only_first", 7, "[CLS] a b [SEP] e f [SEP]"),
        ("only_first", 6, "[CLS] a [SEP] e f [SEP]"),
        ("only_second", 8, "[CLS] a b c d [SEP] e [SEP]"),
    ],
)
def test_truncation_takes_from_the_end_of_the_right_text(letters, truncation, max_length, expected):
    encoding = letters.encode("a b c d", "e f", max_length=max_length, truncation=truncation)
    assert encoding.tokens == expected.split()
    assert len(encoding.offsets) == len(encoding.type_ids) == len(encoding.ids)


def test_of_two_equally_long_texts_the_second_gets_the_odd_place(letters):
    # So HuggingFace's tokenizers have it.
    encoding = letters.encode("a b", "e f", max_length=6, truncation="longest_first")
    assert encoding.tokens == "[CLS] a [SEP] e f [SEP]".split()


def test_truncating_one_text(letters):
    encoding = letters.encode("a b c d", max_length=4, truncation=True)
    assert encoding.tokens == "[CLS] a b [SEP]".split()
    assert letters.encode("a", max_length=2, truncation=True).tokens == ["[CLS]", "[SEP]"]


@pytest.mark.parametrize(
    ("truncation", "max_length"),
    [(True, 2), ("longest_first", 0), ("only_first", 4), ("only_second", 6)],
)
def test_what_cannot_be_shortened_enough_is_a_users_mistake(letters, truncation, max_length):
    with pytest.raises(UserError, match=f"max_length is {max_length}"):
        letters.encode("a b c d", "e f", max_length=max_length, truncation=truncation)


def test_only_second_needs_a_second(letters):
    with pytest.raises(UserError, match="max_length is 3"):
        letters.encode("a b", max_length=3, truncation="only_second")


def test_what_would_be_short_enough_is_said(letters):
    with pytest.raises(UserError, match=r"leaves at least 5 of them.*=5 or more, or .*longest"):
        letters.encode("a b c d", "e f", max_length=4, truncation="only_first")
    with pytest.raises(UserError, match=r"pass max_length=3 or more$"):
        letters.encode("a b c d", "e f", max_length=2, truncation="longest_first")


def test_a_strategy_that_does_not_exist_is_a_users_mistake(letters):
    with pytest.raises(UserError, match=r"'only_third': choose one of longest_first, only_first"):
        letters.encode("a", max_length=3, truncation="only_third")


@pytest.mark.parametrize("truncation", [False, "do_not_truncate"])
def test_not_to_truncate_has_a_name(letters, truncation):
    assert len(letters.encode("a b c", truncation=truncation)) == 5
    with pytest.raises(UserError, match="input has 5 tokens, max_length is 4"):
        letters.encode("a b c", max_length=4, truncation=truncation)


def test_the_models_length_is_that_of_truncation(letters):
    limited = WordPieceTokenizer(letters.vocabulary, model_max_length=4)
    assert limited.encode("a b c", truncation=True).tokens == "[CLS] a b [SEP]".split()
    assert len(limited.encode("a b c", max_length=5, truncation=True)) == 5
    assert len(limited.encode("a b c")) == 5  # as HuggingFace has it
    with pytest.raises(UserError, match=r"truncation is True, but to how many.*pass max_length"):
        letters.encode("a b c", truncation=True)


# Back to text


def test_decoding_joins_pieces_and_separates_words(tokenizer):
    ids = tokenizer.encode("The unaffable cat.").ids
    assert tokenizer.decode(ids) == "the unaffable cat."
    assert tokenizer.decode(ids, skip_special_tokens=False) == "[CLS] the unaffable cat. [SEP]"


def test_decoding_takes_arrays_and_nothing(tokenizer):
    assert tokenizer.decode(np.array([13, 14], np.int32)) == "the cat"
    assert tokenizer.decode([]) == ""


@pytest.mark.parametrize("outside", [-1, 18])
def test_an_id_outside_the_vocabulary_is_a_users_mistake(tokenizer, outside):
    with pytest.raises(UserError, match=f"id {outside} lies outside the vocabulary of 18"):
        tokenizer.decode([5, outside])


@given(st.lists(st.sampled_from(["the", "cat", "sat", "unaffable", "abcb", "."])))
def test_known_words_survive_the_way_there_and_back(words):
    tokenizer = WordPieceTokenizer([*SPECIAL_TOKENS, *PIECES])
    text = " ".join(words).replace(" .", ".")
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


# Batches


def test_padding_fills_up_to_the_longest(tokenizer):
    batch = pad([tokenizer.encode("the", "cat"), tokenizer.encode("sat")], tokenizer.pad_id)
    assert batch["input_ids"].tolist() == [[CLS, 13, SEP, 14, SEP], [CLS, 15, SEP, PAD, PAD]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]]
    assert {array.dtype for array in batch.values()} == {np.dtype(np.int32)}


def test_padding_to_a_length_uses_the_given_id(tokenizer):
    batch = pad([tokenizer.encode("the")], 9, length=5)
    assert batch["input_ids"].tolist() == [[CLS, 13, SEP, 9, 9]]


@pytest.mark.parametrize("length", [0, 2])
def test_nothing_is_padded_to_less_than_it_has(tokenizer, length):
    with pytest.raises(UserError, match=f"has 3 tokens, length is {length}: give a larger"):
        pad([tokenizer.encode("the")], PAD, length=length)


def test_a_batch_of_nothing_is_a_users_mistake():
    with pytest.raises(UserError, match="no encoding to pad"):
        pad([], PAD)


# Training

TEXTS = ["Hug the pug!", "hugs, HUGS and pugs", "Ein Müller, zwei Muller [MASK]"]


def test_training_counts_words_after_normalization():
    # hug and HUG are one word, ü counts as u: h u g s make the first merges.
    tokenizer = WordPieceTokenizer.train(["Hug hug HÜG hugs", "mud"], vocab_size=20)
    assert tokenizer.vocabulary == [
        *SPECIAL_TOKENS, "##u", "##g", "h", "##d", "##s", "m", "##ug", "hug", "##ud", "hugs", "mud",
    ]  # fmt: skip


def test_training_cased_keeps_words_apart():
    tokenizer = WordPieceTokenizer.train(["Hug hug HÜG"], vocab_size=40, lowercase=False)
    assert tokenizer.tokenize("Hug hug HÜG") == ["Hug", "hug", "HÜG"]
    assert not tokenizer.lowercase


@pytest.mark.parametrize("size", [30, 40, 50])
def test_training_meets_the_vocabulary_size_exactly(size):
    tokenizer = WordPieceTokenizer.train(TEXTS, vocab_size=size)
    assert tokenizer.vocab_size == size
    assert len(set(tokenizer.vocabulary)) == size
    assert tokenizer.vocabulary[:5] == list(SPECIAL_TOKENS)


def test_training_twice_gives_the_same_vocabulary():
    first = WordPieceTokenizer.train(TEXTS, vocab_size=45)
    assert WordPieceTokenizer.train(reversed(TEXTS), vocab_size=45).vocabulary == first.vocabulary


def test_training_takes_special_tokens_in_the_text_for_letters():
    vocabulary = WordPieceTokenizer.train(["[MASK] [MASK] [MASK]"], vocab_size=40).vocabulary
    assert {"[", "]", "mask"} <= set(vocabulary)
    assert sum(piece in SPECIAL_TOKENS for piece in vocabulary) == len(SPECIAL_TOKENS)


def test_training_on_chinese_learns_characters_or_words():
    texts = ["你好 你好 世界"]
    characters = WordPieceTokenizer.train(texts, vocab_size=40)
    words = WordPieceTokenizer.train(texts, vocab_size=40, tokenize_chinese_chars=False)
    assert characters.tokenize("你好") == ["你", "好"]
    assert words.tokenize("你好") == ["你好"]


def test_training_knows_every_word_it_saw_if_there_is_room():
    tokenizer = WordPieceTokenizer.train(TEXTS, vocab_size=1000)
    assert "[UNK]" not in tokenizer.tokenize(" ".join(TEXTS))
    assert tokenizer.tokenize("hugs muller") == ["hugs", "muller"]


@pytest.mark.parametrize("texts", [[], [""], [" \n", "\u200b"]])
def test_training_on_no_text_is_a_users_mistake(texts):
    with pytest.raises(UserError, match="text is empty"):
        WordPieceTokenizer.train(texts, vocab_size=100)


def test_emptying_the_cache_changes_nothing(monkeypatch):
    text = " ".join(f"word{i % 7} x{i}" for i in range(50))
    expected = TRAINED.text_ids(text)
    monkeypatch.setattr(base, "CACHE_LIMIT", 2)
    fresh = WordPieceTokenizer(TRAINED.vocabulary)
    assert fresh.text_ids(text) == expected


# Any text


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    ["a", "ab", "é", "e\u0301", "中", "👩‍👩‍👧", "שלום", "\u200f", "\x00", "!", "\u0301", "[MASK]"],
)
def test_a_hundred_thousand_characters_without_a_space(unit):
    count = 100_000 // len(unit)
    text = unit * count
    trained = WordPieceTokenizer.train([text, "a b"], vocab_size=60)
    pieces = trained.pieces(text)
    assert all(0 <= p.start < p.end <= len(text) for p in pieces)
    assert all(first.end <= second.start for first, second in pairwise(pieces))
    expected = {"中": count, "!": count, "[MASK]": count, "\u200f": 0, "\x00": 0, "\u0301": 0}
    assert len(pieces) == expected.get(unit, 1)
    assert len(trained._cache) < 10


def test_words_that_are_too_long_do_not_change_the_vocabulary():
    plain = WordPieceTokenizer.train(["low lower lowest"], vocab_size=40)
    assert WordPieceTokenizer.train(["low lower", "lowest " + "xy" * 51], 40) == plain


def test_counting_in_little_memory_counts_the_same(monkeypatch):
    texts = ["the cat sat", "on the mat , the cat", "中文 中文字"]
    tokenizer = WordPieceTokenizer(list(SPECIAL_TOKENS))
    expected = tokenizer.count_words(texts)
    assert expected["the"] == 3 and expected["中"] == 2
    monkeypatch.setattr(wordpiece, "CACHE_LIMIT", 1)
    assert tokenizer.count_words(texts) == expected
