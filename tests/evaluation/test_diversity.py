"""Measures of samples: by hand, by brute force, and what must hold of any samples."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.evaluation.diversity import (
    Overlap,
    TrainingText,
    distinct_n,
    repetition_rate,
    self_bleu,
    suffix_array,
    unigram_entropy,
)

SAMPLES = ["a b a b a".split(), "a b c".split(), []]
IDS = st.lists(st.integers(0, 3), max_size=30)


def test_distinct_by_hand():
    # ab ba ab ba | ab bc: three of six differ.
    assert distinct_n(SAMPLES, 2) == 3 / 6
    assert distinct_n(SAMPLES, 1) == 3 / 8
    assert distinct_n(SAMPLES, 5) == 1


def test_repetition_by_hand():
    # Of ab ba ab ba two are new, of ab bc both; the empty one has none.
    assert repetition_rate(SAMPLES, 2) == (2 / 4 + 0) / 2
    assert repetition_rate(["a a a a a a".split()]) == 1 - 1 / 3


def test_entropy_by_hand():
    assert unigram_entropy(["ab", "cd"]) == pytest.approx(math.log(4))
    counts = np.array([4, 3, 1]) / 8
    assert unigram_entropy(SAMPLES) == pytest.approx(-np.sum(counts * np.log(counts)))
    assert unigram_entropy(["aaa"]) == 0


@pytest.mark.parametrize("samples", [[], [[]]])
def test_nothing_has_no_measure(samples):
    assert distinct_n(samples, 1) is repetition_rate(samples) is unigram_entropy(samples) is None
    assert self_bleu(samples) is None


@given(st.lists(IDS, max_size=5), st.integers(1, 5))
def test_measures_lie_between_their_bounds(samples, n):
    for share in (distinct_n(samples, n), repetition_rate(samples, n)):
        assert share is None or 0 <= share <= 1
    entropy = unigram_entropy(samples)
    assert entropy is None or 0 <= entropy <= math.log(4) + 1e-12


@given(IDS.filter(bool), st.integers(1, 4))
def test_what_all_say_is_not_diverse(sample, copies):
    assert distinct_n([sample] * copies, 1) == len(set(sample)) / (copies * len(sample))
    assert unigram_entropy([sample] * copies) == pytest.approx(unigram_entropy([sample]))
    if copies > 1:
        assert self_bleu([sample] * copies) == pytest.approx(1)


# self-BLEU


def bleu_by_hand(sample, others, n):
    """Papineni et al. 2002 with 0.1 for a count of zero, up to the sample's length."""
    order, logs = min(n, len(sample)), []
    for k in range(1, order + 1):
        grams = [tuple(sample[i : i + k]) for i in range(len(sample) - k + 1)]
        right = 0
        for gram in set(grams):
            most = max(
                sum(gram == tuple(o[i : i + k]) for i in range(len(o) - k + 1)) for o in others
            )
            right += min(grams.count(gram), most)
        logs.append(math.log((right or 0.1) / len(grams)))
    closest = min((abs(len(o) - len(sample)), len(o)) for o in others)[1]
    brevity = min(0.0, 1 - closest / len(sample))
    return math.exp(brevity + sum(logs) / order)


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=9), min_size=2, max_size=4),
    st.integers(1, 4),
)
def test_self_bleu_by_the_formula(samples, n):
    by_hand = [
        bleu_by_hand(sample, samples[:i] + samples[i + 1 :], n) for i, sample in enumerate(samples)
    ]
    # Without a single token in common sacrebleu gives 0 and not the smoothed value.
    shared = [
        bool(set(sample) & {t for o in samples[:i] + samples[i + 1 :] for t in o})
        for i, sample in enumerate(samples)
    ]
    expected = np.mean([b if s else 0.0 for b, s in zip(by_hand, shared, strict=True)])
    assert self_bleu(samples, n) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_tokens_of_self_bleu_may_hold_spaces():
    assert self_bleu([["a b", "c"], ["a", "b c"]]) == 0
    assert self_bleu([[" ", ""], [" ", ""]]) == pytest.approx(1)


def test_one_sample_or_an_empty_one():
    assert self_bleu([["a"]]) is None
    assert self_bleu([["a"], []]) == 0


# What is copied


def longest_by_brute_force(text, sample):
    for length in range(min(len(sample), len(text)), 0, -1):
        for start in range(len(sample) - length + 1):
            for place in range(len(text) - length + 1):
                if text[place : place + length] == sample[start : start + length]:
                    return Overlap(length, start, place)
    return Overlap(0, 0, 0)


@given(IDS, IDS)
def test_the_longest_overlap_by_brute_force(text, sample):
    assert TrainingText(text).longest_overlap(sample) == longest_by_brute_force(text, sample)


@given(IDS)
def test_the_order_of_all_suffixes(text):
    order = sorted(range(len(text)), key=lambda place: text[place:])
    assert suffix_array(np.array(text, int)).tolist() == order


def test_bytes_do_not_match_between_two_tokens():
    # 1, 256 as bytes: 00 00 00 01 00 00 01 00, in which 00 01 00 00 stands as well.
    assert TrainingText([1, 256]).longest_overlap([65536]).length == 0
    assert TrainingText([0, 2**32 - 1]).longest_overlap([2**32 - 1]) == Overlap(1, 0, 1)


def test_a_long_text_and_a_copied_stretch():
    draw = random.Random(0)
    text = [draw.randrange(50) for _ in range(20_000)]
    sample = [draw.randrange(50) for _ in range(300)]
    sample[100:150] = text[7_000:7_050]
    overlap = TrainingText(text).longest_overlap(np.array(sample))
    assert overlap.length >= 50 and overlap.in_sample <= 100
    start, place = overlap.in_sample, overlap.in_training_text
    assert sample[start : start + overlap.length] == text[place : place + overlap.length]


@pytest.mark.parametrize("ids", [[-1, 3], [2**32]])
def test_ids_that_are_none(ids):
    with pytest.raises(UserError, match="token ids go from"):
        TrainingText(ids)
