"""Beam search beside HuggingFace's, with its GPT-2 as the model of both, and beside the exhaustive
search over all texts of a small table."""

from itertools import product

import jax
import jax.numpy as jnp
import jaxtyping
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.generation.beams import (
    BeamSearch,
    beam_search,
    beam_search_without_state,
    repeat_rows,
)

VOCAB, END, PAD, NEW = 11, 6, 8, 8


@pytest.fixture(scope="module")
def gpt2(torch, transformers):
    """Tiny, random, and with an end that comes often."""
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=VOCAB, n_positions=32, n_embd=16, n_layer=1, n_head=2, initializer_range=0.3,
        eos_token_id=END, bos_token_id=1, pad_token_id=PAD,
    )  # fmt: skip
    return transformers.GPT2LMHeadModel(config).eval()


@pytest.fixture(scope="module")
def next_scores(torch, gpt2):
    """log p of the next token by HuggingFace's model, in float32 as `generate` takes it."""

    def log_probs(token_ids):
        with torch.no_grad():
            logits = gpt2(torch.tensor(token_ids), use_cache=False).logits[:, -1]
        return jnp.array(logits.log_softmax(-1).numpy())

    return log_probs


PROMPTS = np.array([[1, 5, 2], [4, 9, 9], [7, 7, 10]])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("num_beams", "length_penalty", "early_stopping", "ends"),
    [
        (1, 1.0, False, (END,)),
        *((beams, penalty, False, (END,)) for beams in (2, 4) for penalty in (0.0, 1.0, 2.0)),
        (4, 1.0, True, (END,)),
        (2, 0.0, True, (END,)),
        (4, 2.0, "never", (END,)),
        (2, -1.0, "never", (END,)),
        (3, 0.5, False, (END, 7, 3)),
    ],
)
def test_the_texts_and_scores_of_generate(
    torch, gpt2, next_scores, num_beams, length_penalty, early_stopping, ends
):
    returned = max(1, num_beams - 1)
    theirs = gpt2.generate(
        torch.tensor(PROMPTS), attention_mask=torch.ones(PROMPTS.shape, dtype=int),
        do_sample=False, max_new_tokens=NEW, num_beams=num_beams, length_penalty=length_penalty,
        early_stopping=early_stopping, num_return_sequences=returned, eos_token_id=list(ends),
        return_dict_in_generate=True, output_scores=True,
    )  # fmt: skip
    hypotheses = beam_search_without_state(
        next_scores,
        PROMPTS,
        BeamSearch(
            num_beams=num_beams,
            length_penalty=length_penalty,
            early_stopping=early_stopping,
            num_return_sequences=returned,
            max_new_tokens=NEW,
            eos_token_ids=ends,
            pad_token_id=PAD,
        ),
    )
    expected = theirs.sequences[:, 3:].numpy()
    ours = np.array(hypotheses.token_ids).reshape(-1, NEW)
    np.testing.assert_array_equal(ours[:, : expected.shape[1]], expected)
    assert np.all(ours[:, expected.shape[1] :] == PAD)
    if num_beams > 1:
        scores = theirs.sequences_scores.numpy()
        np.testing.assert_allclose(np.ravel(hypotheses.scores), scores, rtol=1e-6)


def test_ends_come_at_different_times(next_scores):
    """What the comparison rests on."""
    hypotheses = beam_search_without_state(
        next_scores,
        PROMPTS,
        BeamSearch(num_return_sequences=4, max_new_tokens=NEW, eos_token_ids=(END,)),
    )
    assert len(set(np.ravel(hypotheses.lengths))) >= 3


# A table in place of a model


def table_of(seed, sharpness=2.0, live=3, vocab=16):
    """log p[previous, next] in which only the first `live` tokens ever come; 0 ends."""
    z = sharpness * np.random.default_rng(seed).normal(size=(vocab, live))
    table = np.full((vocab, vocab), -np.inf)
    table[:, :live] = z - np.log(np.exp(z).sum(1, keepdims=True))
    return table


def everything(table, first, new):
    """Every text up to `new` tokens that ends with 0 or is as long as that, with its score."""
    texts = {}
    for ids in product(range(3), repeat=new):
        text = ids[: ids.index(0) + 1] if 0 in ids else ids
        texts[text] = sum(table[a, b] for a, b in zip((first, *text), text, strict=False))
    return texts


def by_table(table):
    return lambda state, tokens: (jnp.asarray(table)[tokens], state)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from([-1.0, 0.0, 1.5]))
def test_beams_wide_enough_find_what_exhaustive_search_finds(seed, length_penalty):
    with jax.enable_x64(True):
        table, new = table_of(seed), 4
        hypotheses = beam_search(
            by_table(table),
            None,
            jnp.array([1, 2]),
            BeamSearch(
                # More than the twelve continuations of the four texts of two tokens: none that
                # ends is left out for being unlikely.
                num_beams=16,
                num_return_sequences=16,
                max_new_tokens=new,
                eos_token_ids=(0,),
                pad_token_id=7,
                length_penalty=length_penalty,
                early_stopping="never",
            ),
        )
        for row, first in enumerate((1, 2)):
            scored = everything(table, first, new)
            best = sorted(
                (score / len(text) ** length_penalty for text, score in scored.items()),
                reverse=True,
            )
            np.testing.assert_allclose(hypotheses.scores[row], best[:16], rtol=1e-12)
            of_row = (np.array(part[row]) for part in hypotheses)
            for ids, length, score in zip(*of_row, strict=True):
                expected = scored[tuple(ids[:length].tolist())] / float(length) ** length_penalty
                assert score == pytest.approx(expected, rel=1e-12)
                assert np.all(ids[length:] == 7)


def test_the_state_follows_its_beam():
    """With a model that looks at all tokens, by its state and by all ids anew."""
    table = jnp.asarray(table_of(5, live=6, sharpness=0.5))

    def scores(mixture, last):
        return table[last] - 0.1 * jnp.sin(mixture[:, None] * jnp.arange(1, 17))

    def step(state, tokens):
        mixture = 0.7 * state["mixture"] + tokens
        after = {
            "mixture": mixture,
            "older": [state["mixture"][:, None]],
            "read": state["read"] + 1,
        }
        return scores(mixture, tokens), after

    def next_scores(token_ids):
        weights = 0.7 ** np.arange(token_ids.shape[1])[::-1]
        return scores(jnp.array((token_ids * weights).sum(1)), token_ids[:, -1])

    prompts, search = jnp.array([[1, 4], [5, 2]]), BeamSearch(max_new_tokens=5, eos_token_ids=(0,))
    before = prompts[:, 0].astype(float)
    state = repeat_rows({"mixture": before, "older": [before[:, None]], "read": 1}, 4)
    by_state = beam_search(jax.jit(step), state, prompts[:, 1], search)
    anew = beam_search_without_state(next_scores, prompts, search)
    np.testing.assert_array_equal(by_state.token_ids, anew.token_ids)
    np.testing.assert_allclose(by_state.scores, anew.scores, rtol=1e-5)


def test_one_row_does_not_change_another():
    table = table_of(7)
    search = BeamSearch(max_new_tokens=5, eos_token_ids=(0,), num_beams=3, num_return_sequences=3)
    both = beam_search(by_table(table), None, jnp.array([1, 2]), search)
    alone = beam_search(by_table(table), None, jnp.array([2]), search)
    for together, single in zip(both, alone, strict=True):
        np.testing.assert_array_equal(together[1:], single)


def test_fewer_texts_than_beams_are_told_by_their_score():
    table = np.full((4, 4), -np.inf)
    table[:, 0] = 0.0
    search = BeamSearch(num_beams=3, num_return_sequences=3, max_new_tokens=3, eos_token_ids=(0,))
    hypotheses = beam_search(by_table(table), None, jnp.array([1]), search)
    np.testing.assert_array_equal(hypotheses.scores, [[0, -np.inf, -np.inf]])
    np.testing.assert_array_equal(hypotheses.lengths, [[1, 0, 0]])


def test_a_vocabulary_of_one():
    search = BeamSearch(num_beams=1, max_new_tokens=3)
    hypotheses = beam_search(lambda s, t: (jnp.zeros((1, 1)), s), None, jnp.array([0]), search)
    np.testing.assert_array_equal(hypotheses.token_ids, [[[0, 0, 0]]])
    assert hypotheses.lengths == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_beams": 0}, "num_beams is 0"),
        ({"max_new_tokens": 0}, "max_new_tokens is 0"),
        ({"num_return_sequences": 5}, "num_return_sequences is 5: .* from 1 to num_beams, 4"),
        ({"num_return_sequences": 0}, "num_return_sequences is 0"),
    ],
)
def test_settings_that_cannot_be_meant(settings, message):
    with pytest.raises(UserError, match=message):
        BeamSearch(**settings)


def test_an_unknown_way_to_stop():
    jaxtyping.config.update("jaxtyping_disable", True)  # or the checked signature says so first
    try:
        with pytest.raises(UserError, match="early_stopping is 'always': it must be True, False"):
            BeamSearch(early_stopping="always")
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


def test_more_beams_than_the_vocabulary_has_tokens():
    with pytest.raises(UserError, match="num_beams is 17, the vocabulary has 16 tokens"):
        beam_search(by_table(table_of(0)), None, jnp.array([1]), BeamSearch(num_beams=17))
