"""The figures of texts, against those that can be had by hand."""

import numpy as np
import pytest
from flax import nnx

from zen_transformer import GPTConfig, GPTForCausalLM
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.evaluation.quality import (
    SamplingComparison,
    gpt_token_scorer,
    ngram_token_scorer,
)

pytest.importorskip("sacrebleu")

PROMPTS = [[1, 2], [3, 4]]
PEOPLE = [[5, 6, 7, 8, 9], [9, 8, 7, 6, 5]]
TRAINING = [0, 1, 2, 3, 4, 5, 6, 7, 0]


def comparison(scorer) -> SamplingComparison:
    return SamplingComparison(PROMPTS, PEOPLE, scorer, TrainingText(TRAINING))


def alike(prompts, texts):
    return [np.full(len(text), np.log(4.0)) for text in texts]


def test_figures_by_hand():
    quality, overlaps = comparison(alike).measure("one", [[4, 5, 6, 7], [8, 8, 8, 8]])
    assert quality.label == "one"
    assert quality.perplexity == pytest.approx(4)
    assert quality.distinct_2 == 4 / 6
    assert quality.entropy == pytest.approx(np.log(8) * 0.5 + np.log(2) * 0.5)
    assert quality.repetition == 0
    assert [overlap.length for overlap in overlaps] == [4, 0]
    assert quality.overlap == 2
    # Of the people's texts three tokens of one, one of the other stand in the training text.
    assert comparison(alike).longest_by_chance == pytest.approx(2.9)
    assert quality.memorised == 0.5


def test_texts_of_nothing():
    quality, _ = comparison(alike).measure("none", [[], []])
    assert np.isnan(quality.perplexity)
    assert (quality.distinct_2, quality.entropy, quality.repetition) == (None, None, None)
    assert (quality.overlap, quality.memorised) == (0, 0)


def test_judges_see_the_prompt_and_judge_what_follows():
    counts = NGrams([np.array(TRAINING)], 3, 10)
    (first, second) = ngram_token_scorer(counts)(PROMPTS, [[3, 4], []])
    expected = -np.log(counts.probabilities(np.array([1, 2, 3, 4])))[2:]
    np.testing.assert_allclose(first, expected)
    assert second.shape == (0,)

    config = GPTConfig(vocab_size=10, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    model = GPTForCausalLM(config, rngs=nnx.Rngs(0))
    (first, second) = gpt_token_scorer(model)(PROMPTS, [[3, 4], []])
    logits = np.asarray(model(np.array([[1, 2, 3, 4]])).logits[0])
    right = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    np.testing.assert_allclose(first, -right[[1, 2], [3, 4]], rtol=1e-5)
    assert second.shape == (0,)
