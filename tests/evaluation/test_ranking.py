"""Scores by hand, the best of n by brute force, and what must hold of any texts."""

import math
from itertools import combinations

import jax
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.evaluation.ranking import (
    FormScorer,
    LikelihoodScorer,
    NoveltyScorer,
    divergence_of_best,
    expected_best,
    rank_texts,
)
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.tokenizers.characters import CharacterTokenizer

HAIKU = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again"
LINES = st.lists(st.sampled_from(["the sea", "a", "over", "see me", "3"]), max_size=5)


def lengths(texts):
    return [float(len(text)) for text in texts]


# Ranking


def test_the_best_comes_first_and_of_equals_the_first():
    ranked = rank_texts(["a", "ccc", "bb", "ddd"], lengths)
    assert ranked == [(3, "ccc"), (3, "ddd"), (2, "bb"), (1, "a")]


@given(st.lists(st.text(max_size=4), min_size=1, max_size=9))
def test_nothing_is_lost_and_all_is_in_order(texts):
    ranked = rank_texts(texts, lengths)
    assert sorted(text for _, text in ranked) == sorted(texts)
    assert [score for score, _ in ranked] == sorted(lengths(texts), reverse=True)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda: rank_texts([], lengths), "no text to choose from"),
        (lambda: rank_texts(["a"], lambda texts: [math.nan]), "the score of 'a' is no number"),
        (lambda: FormScorer(Form()), "the form asks for nothing"),
        (lambda: expected_best(np.zeros(2), 3), "n is 3: it must be from 1 to 2"),
    ],
)
def test_what_cannot_be_ranked_is_named(run, said):
    with pytest.raises(UserError, match=said):
        run()


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=6), st.data())
def test_the_expected_best_is_the_mean_over_all_ways_to_draw(scores, data):
    n = data.draw(st.integers(1, len(scores)))
    expected = np.mean([max(some) for some in combinations(scores, n)])
    assert expected_best(np.array(scores), n) == pytest.approx(expected, abs=1e-12)


def test_the_divergence_of_the_best_of_n_by_integration():
    # Of a continuous score the best of n has density n u^(n−1) where the model has 1.
    assert divergence_of_best(1) == 0
    for n in (2, 5):
        u = (np.arange(100_000) + 0.5) / 100_000
        density = n * u ** (n - 1)
        assert divergence_of_best(n) == pytest.approx(np.mean(density * np.log(density)), abs=1e-4)


# Form


def test_form_by_hand():
    haiku = FormScorer(Form(syllables=(5, 7, 5)))
    assert haiku.of(HAIKU) == 1
    # One line of three; five, seven and five of these has it four, none and none.
    assert haiku.of("the wide blue sea") == pytest.approx((1 / 3 + 4 / 5 + 0 + 0) / 4)
    assert haiku.of("") == 0
    couplet = FormScorer(Form(rhyme="AA", acrostic="SG"))
    # Two lines; S and G, of which one is there; one pair that does not rhyme.
    assert couplet.of("see the sea\nthe moon") == pytest.approx((1 + 1 + 0 + 0) / 4)
    assert couplet.of("see the moon\ngone so soon") == 1


def test_a_line_too_many_costs_a_part():
    assert FormScorer(Form(lines=2)).of("a\nb\nc") == pytest.approx(2 / 3)


@given(LINES, st.sampled_from([Form(syllables=(2,)), Form(lines=2, rhyme="AA"), Form(lines=3)]))
def test_a_form_is_kept_just_where_the_score_is_full(lines, form):
    text = "\n".join(lines)
    value = FormScorer(form).of(text)
    assert 0 <= value <= 1
    assert (value == 1) == (form.violation(text, finished=True) is None)


# Novelty and likelihood


@pytest.fixture(scope="module")
def tokenizer():
    return CharacterTokenizer.train(["abcdefgh"], vocab_size=20)


def test_novelty_by_hand(tokenizer):
    novelty = NoveltyScorer(TrainingText(tokenizer.text_ids("abcdabc")), tokenizer)
    assert novelty(["abcd", "abca", "hhhh", "", "bcdh"]) == [0, 1 / 4, 1, 0, 1 / 4]


@pytest.mark.slow
def test_likelihood_is_the_mean_of_the_tokens(tokenizer):
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, n_positions=8, n_embd=8, n_layer=1, n_head=2
    )
    model = GPTForCausalLM(config, rngs=nnx.Rngs(0))
    texts = ["abc", "h", "", "fedcba"]
    scores = LikelihoodScorer(model, tokenizer)(texts)
    for text, value in zip(texts, scores, strict=True):
        ids = np.array([tokenizer.text_ids(text)])
        if ids.shape[1] < 2:
            assert value == 0
            continue
        logs = jax.nn.log_softmax(model(ids).logits[0, :-1])
        assert value == pytest.approx(
            float(logs[np.arange(len(text) - 1), ids[0, 1:]].mean()), 1e-4
        )
