"""What models are given: converted, or refused by name; where nothing can be refused, NaN."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from zen_transformer import BertConfig, BertModel, GPTConfig, GPTModel, UserError
from zen_transformer.layers.embeddings import embedding
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

SIZES = {
    "vocab_size": 8,
    "hidden_size": 4,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "max_position_embeddings": 6,
}


@pytest.fixture(scope="module")
def bert():
    return BertModel(BertConfig(**SIZES), rngs=nnx.Rngs(0))


@pytest.fixture(scope="module")
def gpt():
    shape = GPTConfig(vocab_size=8, n_positions=12, n_embd=4, n_layer=1, n_head=2)
    return GPTModel(shape, rngs=nnx.Rngs(0))


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([2, 5, 3], r"input_ids has shape \(3,\): give one row for each text"),
        ([[[2, 5]]], r"input_ids has shape \(1, 1, 2\)"),
        ([[2, 5, 3], [2, 3]], "input_ids has rows of different lengths: pad them"),
        ([], "input_ids is empty"),
        (5, r"input_ids has shape \(\)"),
        (np.zeros((0, 3), int), r"input_ids has no rows, its shape is \(0, 3\)"),
        ([[]], "input_ids is empty"),
        ([[2.5, 1.0]], "input_ids holds float64: ids are whole numbers"),
        (jnp.ones((1, 2)), "input_ids holds float32"),
        ([[True, False]], "input_ids holds bool"),
        ([["the", "dog"]], "input_ids holds <U3"),
        (
            {"input_ids": [[1]]},
            r"input_ids is a dict: pass its entries by name, model\(\*\*batch\)",
        ),
        ([[2, None]], "input_ids is of type list"),
        ([[2**70]], "input_ids is of type list"),
        ([[2**40]], "input_ids has 1099511627776, allowed are 0 to 7"),
        ([[-1]], "input_ids has -1"),
    ],
    ids=str,
)
def test_what_are_no_ids_is_refused_by_name(gpt, ids, said):
    with pytest.raises(UserError, match=said):
        gpt(ids)


def test_an_encoding_is_no_row(gpt):
    tokenizer = WordPieceTokenizer([*WordPieceTokenizer.special_tokens, "a", "b"])
    with pytest.raises(UserError, match="input_ids is of type Encoding"):
        gpt(tokenizer.encode("a b"))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_whole_numbers_of_any_size_are_ids(gpt, dtype):
    expected = gpt([[2, 5, 3]]).last_hidden_state
    np.testing.assert_array_equal(gpt(np.array([[2, 5, 3]], dtype)).last_hidden_state, expected)


def test_arrays_from_outside_may_be_used_inside_jit(bert):
    ids = jnp.array([[2, 5, 3]])
    inside = jax.jit(lambda: bert(ids).last_hidden_state)()
    np.testing.assert_allclose(inside, bert(ids).last_hidden_state, atol=1e-6)
    outside = jnp.array([[2, 5, 9]])
    with pytest.raises(UserError, match="input_ids has 9"):
        jax.jit(lambda: bert(outside).last_hidden_state)()


@pytest.mark.parametrize("wrong", [8, -1, 1000, -1000])
def test_inside_jit_an_id_outside_its_table_gives_nan_in_its_row_alone(bert, wrong):
    forward = jax.jit(lambda ids: bert(ids).last_hidden_state)
    states = forward(jnp.array([[2, 5, 3], [2, wrong, 3]]))
    assert np.isfinite(states[0]).all()
    assert np.isnan(states[1]).all()


def test_the_vector_of_no_row_is_nan_and_has_no_gradient():
    table = jnp.arange(6.0).reshape(3, 2)
    ids = jnp.array([0, -1, 2, 3])
    np.testing.assert_array_equal(
        embedding(table, ids), [[0, 1], [np.nan, np.nan], [4, 5], [np.nan, np.nan]]
    )
    gradient = jax.grad(lambda table: jnp.nansum(embedding(table, ids)))(table)
    np.testing.assert_array_equal(gradient, [[1, 1], [0, 0], [1, 1]])


def test_a_cache_without_room_says_so(gpt):
    """Room for six, five are read, three more come."""
    ids = np.array([[1, 2, 3, 4, 5]])
    cache = gpt(ids, past_key_values=gpt.empty_cache(1, 6)).past_key_values
    with pytest.raises(UserError, match="the cache has room for 6 tokens, 5 are in it and 3 more"):
        gpt(ids[:, :3], past_key_values=cache)
    step = jax.jit(lambda cache, ids: gpt(ids, past_key_values=cache).last_hidden_state)
    assert np.isfinite(step(cache, ids[:, :1])).all()
    assert np.isnan(step(cache, ids[:, :3])).all()


def test_positions_behind_the_table_are_not_the_last_one(gpt):
    """A cache as long as the table, filled: the next token has no position."""
    step = jax.jit(lambda positions: gpt(np.array([[1]]), None, positions).last_hidden_state)
    assert np.isfinite(step(jnp.array([[11]]))).all()
    assert np.isnan(step(jnp.array([[12]]))).all()
