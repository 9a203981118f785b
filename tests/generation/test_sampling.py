"""Our functions of logits and HuggingFace's processors on the same arrays, and what a draw is."""

from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.generation import sampling as ours
from zen_transformer.generation.sampling import (
    NO_TOKEN,
    Sampling,
    TextLengths,
    greedy,
    process_logits,
    row_keys,
    sample,
)

pytestmark = pytest.mark.usefixtures("float64")


@pytest.fixture(scope="module")
def theirs(torch, transformers):
    """Applies one of HuggingFace's processors, given by name and arguments, to NumPy arrays."""
    from transformers.generation import logits_process

    def apply(logits, ids, name, *args):
        processor = getattr(logits_process, name)(*args)
        return processor(torch.tensor(np.asarray(ids)), torch.tensor(np.array(logits))).numpy()

    return apply


def same(mine, expected):
    np.testing.assert_allclose(mine, expected, rtol=1e-12, atol=0)


HUGE, OUT = 1e300, -np.inf
NUMBERS = st.one_of(
    st.floats(-30, 30, allow_subnormal=False),
    st.sampled_from([0.0, 1.0, -1.0, OUT, 1e4, -1e4, -HUGE]),
)


SHAPES = [(1, 1), (4, 6), (7, 3)]
"""Of the vocabulary and of what was written; every other shape would be compiled anew."""


@st.composite
def written(draw):
    """Logits with at least one finite in each row, and ids of the same vocabulary."""
    vocab, length = draw(st.sampled_from(SHAPES))
    row = st.lists(NUMBERS, min_size=vocab, max_size=vocab).filter(lambda z: max(z) > OUT)
    ids = st.lists(st.integers(0, vocab - 1), min_size=length, max_size=length)
    rows = [(draw(row), draw(ids)) for _ in range(2)]
    return np.array([z for z, _ in rows]), np.array([words for _, words in rows])


@cache
def jitted(name, *static):
    """One of our functions, compiled once for each shape."""
    return jax.jit(getattr(ours, name), static_argnums=static)


def everywhere(ids):
    return jnp.ones(ids.shape, bool)


@given(written(), st.sampled_from([0.1, 1.0, 1.7, 100.0]))
def test_temperature(theirs, given_, value):
    logits, ids = given_
    same(
        jitted("temperature")(jnp.array(logits), value),
        theirs(logits, ids, "TemperatureLogitsWarper", value),
    )


@given(written(), st.integers(1, 9))
def test_top_k_also_beyond_the_vocabulary(theirs, given_, count):
    logits, ids = given_
    same(
        jitted("top_k", 1)(jnp.array(logits), count), theirs(logits, ids, "TopKLogitsWarper", count)
    )


@given(written(), st.sampled_from([1e-6, 0.1, 0.5, 0.75, 0.9, 0.999, 1.0]))
def test_top_p(theirs, given_, mass):
    logits, ids = given_
    # Where a sum is 1 − P to the last bit, the order of the additions decides.
    sums = np.cumsum(np.sort(np.exp(logits - logits.max(1, keepdims=True)), 1), 1)
    assume(np.abs(sums / sums[:, -1:] - (1 - mass))[:, :-1].min(initial=1) > 1e-12 or mass == 1)
    same(jitted("top_p")(jnp.array(logits), mass), theirs(logits, ids, "TopPLogitsWarper", mass))


@pytest.mark.parametrize("mass", [0.25, 0.5, 0.625, 0.75, 1.0])
def test_top_p_of_equals_whose_sums_are_exact(theirs, mass):
    logits = np.zeros((2, 4))
    expected = theirs(logits, [[0], [0]], "TopPLogitsWarper", mass)
    np.testing.assert_array_equal(jitted("top_p")(jnp.array(logits), mass), expected)


@pytest.mark.parametrize("mass", [0.3, 0.62, 0.9])
def test_top_p_of_many_equals(theirs, mass):
    """As many of each stay; which of them is torch's secret."""
    logits = np.random.default_rng(0).integers(-3, 3, (2, 3001)).astype(float)
    expected = theirs(logits, [[0], [0]], "TopPLogitsWarper", mass)
    mine = jitted("top_p")(jnp.array(logits), mass)
    np.testing.assert_array_equal(np.sort(mine, axis=1), np.sort(expected, axis=1))


@given(written(), st.sampled_from([0.0, 0.05, 0.3, 1.0]))
def test_min_p(theirs, given_, share):
    logits, ids = given_
    same(jitted("min_p")(jnp.array(logits), share), theirs(logits, ids, "MinPLogitsWarper", share))


@pytest.mark.slow
@given(written(), st.sampled_from([0.5, 1.0, 1.3, 10.0]))
def test_repetition_penalty(theirs, given_, penalty):
    logits, ids = given_
    mine = jitted("repetition_penalty")(jnp.array(logits), jnp.array(ids), everywhere(ids), penalty)
    same(mine, theirs(logits, ids, "RepetitionPenaltyLogitsProcessor", penalty))


@given(written(), st.integers(1, 5))
def test_no_repeated_ngram(theirs, given_, size):
    logits, ids = given_
    mine = jitted("no_repeat_ngram", 3)(jnp.array(logits), jnp.array(ids), everywhere(ids), size)
    same(mine, theirs(logits, ids, "NoRepeatNGramLogitsProcessor", size))


@given(written(), st.integers(0, 3), st.integers(1, 2), st.booleans())
def test_padding_on_either_side_changes_nothing(given_, before, size, wild):
    logits, ids = given_
    behind, fill = 3 - before, -7 if wild else 0
    padded = np.pad(ids, ((0, 0), (before, behind)), constant_values=fill)
    valid = np.pad(np.ones(ids.shape, bool), ((0, 0), (before, behind)))
    for function in (jitted("repetition_penalty", 3), jitted("no_repeat_ngram", 3)):
        same(
            function(jnp.array(logits), jnp.array(padded), jnp.array(valid), size),
            function(jnp.array(logits), jnp.array(ids), everywhere(ids), size),
        )


def test_an_ngram_by_hand():
    # 1 2 3 1 2: after "1 2" came 3; after "2" came 3.
    ids = jnp.array([[1, 2, 3, 1, 2]])
    for size, taken in ((1, [1, 2, 3]), (2, [3]), (3, [3]), (4, []), (6, [])):
        out = jitted("no_repeat_ngram", 3)(jnp.zeros((1, 5)), ids, everywhere(ids), size)[0]
        assert np.flatnonzero(out == OUT).tolist() == taken


@given(written(), st.integers(0, 10))
def test_minimum_length(theirs, given_, minimum):
    logits, ids = given_
    ends = [0, logits.shape[1] - 1]
    length = jnp.array([ids.shape[1]])
    mine = jitted("minimum_length")(jnp.array(logits), length, minimum, jnp.array(ends))
    same(mine, theirs(logits, ids, "MinLengthLogitsProcessor", minimum, ends))
    new = jitted("minimum_length")(jnp.array(logits), length - 1, minimum + 1, jnp.array(ends))
    name = "MinNewTokensLengthLogitsProcessor"
    same(new, theirs(logits, ids, name, 1, minimum + 1, ends))


@given(written(), st.data())
def test_forbidden_and_allowed_tokens(theirs, given_, data):
    logits, ids = given_
    chosen = data.draw(st.sets(st.integers(0, logits.shape[1] - 1), min_size=1))
    mine = jitted("forbid_tokens")(jnp.array(logits), jnp.array(sorted(chosen)))
    same(mine, theirs(logits, ids, "SuppressTokensLogitsProcessor", sorted(chosen)))
    # Where nothing is left HuggingFace lets the allowed ones in again; ours says that nothing is.
    assume(np.all(logits[:, sorted(chosen)].max(axis=1) > OUT))
    allowed = jnp.isin(jnp.arange(logits.shape[1]), jnp.array(sorted(chosen)))[None]
    only = theirs(
        logits, ids, "PrefixConstrainedLogitsProcessor", lambda *_: torch_ids(sorted(chosen)), 1
    )
    same(jitted("allow_tokens")(jnp.array(logits), allowed), only)


def torch_ids(ids):
    import torch

    return torch.tensor(ids)


SETTINGS = [
    {},
    {"temperature": 0.7, "top_k": 5},
    {"top_p": 0.9, "min_p": 0.05},
    {"temperature": 1.5, "top_k": 9, "top_p": 0.8, "min_p": 0.2, "repetition_penalty": 1.4},
    {"no_repeat_ngram_size": 2, "repetition_penalty": 0.8, "min_length": 9, "top_k": 3},
    {"min_new_tokens": 5, "suppress_tokens": (0, 4), "top_p": 0.6},
    {"do_sample": False, "temperature": 3.0, "top_k": 1, "repetition_penalty": 2.0},
    {"bad_words_ids": ((4,), (3,), (7, 3), (1, 2, 5)), "renormalize_logits": True},
    {"forced_bos_token_id": 2, "begin_suppress_tokens": (0, 7), "min_length": 3},
    {"begin_suppress_tokens": (0, 7), "suppress_tokens": (1,), "do_sample": False},
    {"forced_eos_token_ids": (3, 5), "suppress_tokens": (5,), "top_k": 2},
    {"forced_eos_token_ids": (3,), "forced_bos_token_id": 3, "renormalize_logits": True},
]


PROMPT, LONGEST = 5, 9
"""Numbers of tokens: of the prompt, and of the longest text."""


def of_huggingface(settings):
    """The same settings with the names and the types of HuggingFace's."""
    lists = ("suppress_tokens", "begin_suppress_tokens", "forced_eos_token_ids")
    theirs = {"do_sample": True, "top_k": None, "max_length": LONGEST, **settings}
    theirs |= {name: list(theirs[name]) for name in lists if name in theirs}
    if "bad_words_ids" in theirs:
        theirs["bad_words_ids"] = [list(words) for words in theirs["bad_words_ids"]]
    if "forced_eos_token_ids" in theirs:
        theirs["forced_eos_token_id"] = theirs.pop("forced_eos_token_ids")
    return theirs


@pytest.mark.parametrize("length", [1, PROMPT, 7, LONGEST - 1])
@pytest.mark.parametrize("settings", SETTINGS)
def test_all_together_in_the_order_of_generate(transformers, torch, settings, length):
    """What HuggingFace's `generate` itself would make of the same settings."""
    rng, prompt = np.random.default_rng(0), min(PROMPT, length)
    logits, ids = 3 * rng.normal(size=(4, 12)), rng.integers(0, 12, (4, length))
    config = transformers.GPT2Config(
        vocab_size=12, n_positions=16, n_embd=4, n_layer=1, n_head=1, eos_token_id=3
    )
    model = transformers.GPT2LMHeadModel(config)
    generation = transformers.GenerationConfig(eos_token_id=3, **of_huggingface(settings))
    model._prepare_special_tokens(generation, device="cpu")
    processors = model._get_logits_processor(generation, input_ids_seq_length=prompt)
    expected = processors(torch.tensor(ids), torch.tensor(logits)).numpy()
    mine = jax.jit(partial(process_logits, sampling=Sampling(**settings), eos_token_ids=(3,)))(
        jnp.array(logits),
        token_ids=jnp.array(ids),
        valid=everywhere(ids),
        lengths=TextLengths(jnp.array([prompt]), jnp.array([LONGEST])),
    )
    same(mine, expected)


def test_allowed_tokens_join_in():
    mask = jnp.array([[False, True, False]])
    ids = jnp.zeros((1, 1), int)
    out = process_logits(jnp.zeros((1, 3)), Sampling(), ids, everywhere(ids), allowed=mask)
    np.testing.assert_array_equal(out, [[OUT, 0, OUT]])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"temperature": 0},
            "temperature is 0: it must be at least 1e-06; .* greedy decoding.* --no-do-sample",
        ),
        ({"temperature": -1}, "temperature is -1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"temperature": 1e-40}, "temperature is 1e-40"),
        ({"top_k": 0}, "top_k is 0: it must be at least 1"),
        ({"top_p": 0.0}, "top_p is 0.0: it must be above 0"),
        ({"top_p": 1.1}, "top_p is 1.1"),
        ({"min_p": -0.1}, "min_p is -0.1"),
        ({"min_p": 2.0}, "min_p is 2.0"),
        ({"repetition_penalty": 0.0}, "repetition_penalty is 0.0"),
        ({"no_repeat_ngram_size": -1}, "no_repeat_ngram_size is -1"),
        ({"min_length": -1}, "min_length is -1"),
        ({"min_new_tokens": -1}, "min_new_tokens is -1"),
        ({"suppress_tokens": (-5,)}, "suppress_tokens is -5"),
        ({"begin_suppress_tokens": (-2,)}, "an id in begin_suppress_tokens is -2"),
        ({"forced_eos_token_ids": (-1,)}, "forced_eos_token_ids is -1"),
        ({"forced_bos_token_id": -1}, "forced_bos_token_id is -1"),
        ({"bad_words_ids": ((3,), ())}, "bad_words_ids has an empty sequence"),
        ({"bad_words_ids": ((3, -4),)}, "an id in bad_words_ids is -4"),
    ],
)
def test_settings_that_cannot_be_meant(settings, message):
    with pytest.raises(UserError, match=message):
        Sampling(**settings)


def test_no_temperature_is_needed_without_a_draw():
    assert Sampling(do_sample=False, temperature=0).temperature == 0


@given(written(), st.data())
def test_bad_words(theirs, given_, data):
    """Also where the text is their beginning in part, or to the end."""
    logits, ids = given_
    token = st.integers(0, logits.shape[1] - 1)
    drawn = data.draw(st.lists(st.lists(token, min_size=1, max_size=7), min_size=1, max_size=3))
    words = [*drawn, [*ids[0, -2:].tolist(), 0]]
    mine = ours.no_bad_words(
        jnp.array(logits), jnp.array(ids), everywhere(ids), tuple(map(tuple, words))
    )
    same(mine, theirs(logits, ids, "NoBadWordsLogitsProcessor", words))


@given(written(), st.integers(1, 7))
def test_tokens_at_one_place(theirs, given_, length):
    logits, ids = given_
    z, last = jnp.array(logits), logits.shape[1] - 1
    here, there = jnp.array([ids.shape[1]]), jnp.array([length])
    forced = jitted("forced_bos_token", 2)(z, here, last)
    same(forced, theirs(logits, ids, "ForcedBOSTokenLogitsProcessor", last))
    forced = jitted("forced_eos_token", 3)(z, here, there, (0, last))
    same(forced, theirs(logits, ids, "ForcedEOSTokenLogitsProcessor", length, [0, last]))
    first = jitted("suppress_tokens_at_begin", 3)(z, here, there, (0, last))
    same(first, theirs(logits, ids, "SuppressTokensAtBeginLogitsProcessor", [0, last], length))


@given(written())
def test_renormalize(theirs, given_):
    logits, ids = given_
    expected = theirs(logits, ids, "LogitNormalization")
    np.testing.assert_allclose(jitted("renormalize")(jnp.array(logits)), expected, 1e-12, 1e-14)


def test_where_nothing_is_left_nothing_is_renormalized():
    np.testing.assert_array_equal(ours.renormalize(jnp.full((1, 3), OUT)), [[OUT] * 3])


# One token of each row


def test_greedy_takes_the_first_of_equals():
    logits = jnp.array([[1.0, 2.0, 2.0], [OUT, OUT, -5.0], [OUT, OUT, OUT]])
    np.testing.assert_array_equal(greedy(logits), [1, 2, NO_TOKEN])


def test_draws_have_the_distribution_of_the_softmax():
    probabilities = np.array([0.5, 0.3, 0.15, 0.05, 0.0])
    count = 40_000
    logits = jnp.tile(jnp.log(probabilities), (count, 1)) + 7
    drawn = np.bincount(sample(logits, row_keys(jnp.arange(count), 0)), minlength=5) / count
    deviations = np.sqrt(probabilities * (1 - probabilities) / count)
    assert np.all(np.abs(drawn - probabilities) <= 5 * deviations)


def test_seeds_and_steps_are_independent_draws():
    logits = jnp.zeros((1000, 2))
    of_step = [np.array(sample(logits, row_keys(jnp.arange(1000), step))) for step in (0, 1)]
    assert 400 < np.sum(of_step[0] != of_step[1]) < 600
    assert 400 < np.sum(of_step[0]) < 600


@jax.jit
def drawn(logits, seeds, step):
    return sample(logits, row_keys(seeds, step))


@given(st.lists(st.integers(0, 2**31 - 1), min_size=3, max_size=3), st.integers(0, 9))
def test_a_rows_draw_follows_from_its_own_seed_and_step(seeds, step):
    logits = jnp.linspace(-1, 1, 3 * 50).reshape(3, 50)
    together = drawn(logits, jnp.array(seeds), step)
    backwards = drawn(logits[::-1], jnp.array(seeds[::-1]), step)
    np.testing.assert_array_equal(together, backwards[::-1])
    for row, seed in enumerate(seeds):
        assert drawn(logits[row : row + 1], jnp.array([seed]), step)[0] == together[row]


def test_what_was_taken_out_is_never_drawn():
    logits = jnp.tile(jnp.array([OUT, 0.0, OUT, -50.0]), (500, 1))
    assert set(np.array(sample(logits, row_keys(jnp.arange(500), 3)))) == {1}
    nothing = jnp.full((2, 4), OUT)
    np.testing.assert_array_equal(sample(nothing, row_keys(jnp.arange(2), 0)), [NO_TOKEN] * 2)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_few_bits_are_enough_for_logits(dtype):
    logits = jnp.array([[0.0, 1e4, -1e4]], dtype)
    assert sample(logits, row_keys(jnp.arange(1), 0))[0] == 1
    for name in ("top_k", "top_p", "min_p", "temperature"):
        assert jitted(name, 1)(logits, 1).dtype == logits.dtype
