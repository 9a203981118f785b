from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import MODELS, batch_for, build, tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.models.bert import select_positions

every_model = pytest.mark.parametrize("model", [getattr(zen, name) for name in MODELS])


def assert_equal(first, second, atol=0.0):
    """All outputs of two calls."""
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=0, atol=atol), first, second)


def differs(first, second) -> bool:
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second, strict=True)) > 1e-3


# What must not matter


@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_more_padding_changes_nothing_for_the_real_tokens(pooling):
    model, batch = build(zen.BertModel, pooling=pooling), tiny_batch()
    longer = {name: np.pad(values, ((0, 0), (0, 3))) for name, values in batch.items()}
    longer["input_ids"][:, 6:] = 7  # whatever stands there
    plain, padded = model(**batch), model(**longer)
    np.testing.assert_allclose(padded.last_hidden_state[:, :6], plain.last_hidden_state, atol=2e-6)
    np.testing.assert_allclose(padded.pooler_output, plain.pooler_output, atol=2e-6)


@every_model
def test_permuting_the_batch_permutes_the_result(model):
    model, batch, order = build(model), tiny_batch(), np.array([2, 0, 1])
    permuted = model(**{name: values[order] for name, values in batch.items()})
    expected = jax.tree.map(lambda x: np.asarray(x)[order], model(**batch))
    assert_equal(permuted, expected, atol=2e-6)


def test_a_sequence_does_not_see_its_neighbours():
    model, batch = build(zen.BertModel), tiny_batch()
    other = batch | {"input_ids": np.concatenate([batch["input_ids"][:1], np.full((2, 6), 9)])}
    np.testing.assert_array_equal(
        model(**other).last_hidden_state[0], model(**batch).last_hidden_state[0]
    )


def test_what_is_not_given_is_plain():
    """By default all tokens are real, in the first segment, at the positions 0, 1, 2, …"""
    model, ids = build(zen.BertModel), tiny_batch()["input_ids"]
    shape = ids.shape
    positions = np.broadcast_to(np.arange(6), shape)
    assert_equal(model(ids), model(ids, np.ones(shape), np.zeros(shape, int), positions))


@every_model
def test_arguments_by_place_or_name_from_numpy_or_jax(model):
    model, batch = build(model), tiny_batch()
    assert_equal(model(*batch.values()), model(**batch))
    assert_equal(model(*map(jnp.asarray, batch.values())), model(**batch))
    wide = {name: values.astype(np.int64) for name, values in batch.items()}
    assert_equal(model(**wide), model(**batch))


def test_vectors_may_be_given_in_place_of_ids():
    model, batch = build(zen.BertForPreTraining), tiny_batch()
    ids = batch.pop("input_ids")
    vectors = np.asarray(model.bert.embeddings.token.table[...])[ids]
    assert_equal(model(inputs_embeds=vectors, **batch), model(ids, **batch))


def test_jit_computes_the_same():
    model, batch = build(zen.BertForPreTraining), tiny_batch()
    assert_equal(jax.jit(lambda batch: model(**batch))(batch), model(**batch), atol=1e-5)


# What must matter


@pytest.mark.parametrize("name", ["input_ids", "attention_mask", "token_type_ids"])
def test_every_input_matters(name):
    model, batch = build(zen.BertModel), tiny_batch()
    changed = batch[name].copy()
    changed[2, 4] -= 1
    assert differs(model(**batch)[:2], model(**batch | {name: changed})[:2])


def test_the_order_of_the_words_matters_and_only_through_the_positions():
    model, ids = build(zen.BertModel), np.array([[3, 4, 5, 6, 7, 8]] * 3)
    order = np.array([0, 5, 3, 4, 1, 2])
    plain, shuffled = model(ids), model(ids[:, order])
    assert differs(plain[:1], [shuffled.last_hidden_state[:, np.argsort(order)]])
    moved = model(ids[:, order], position_ids=order[None])
    np.testing.assert_allclose(
        moved.last_hidden_state, plain.last_hidden_state[:, order], atol=2e-6
    )


# Outputs


def test_hidden_states_and_attentions_come_when_asked_for():
    model, batch = build(zen.BertModel), tiny_batch()
    assert model(**batch).hidden_states is None
    assert model(**batch).attentions is None
    output = model(**batch, output_hidden_states=True, output_attentions=True)
    assert (len(output.hidden_states), len(output.attentions)) == (3, 2)
    np.testing.assert_array_equal(output.hidden_states[-1], output.last_hidden_state)
    for weights in output.attentions:
        np.testing.assert_allclose(weights.sum(-1), np.ones((3, 2, 6)), rtol=1e-6)
        hidden = np.broadcast_to(batch["attention_mask"][:, None, None] == 0, weights.shape)
        np.testing.assert_array_equal(np.asarray(weights)[hidden], 0.0)


@every_model
def test_every_model_can_give_them(model):
    options = {"output_hidden_states": True, "output_attentions": True}
    output = build(model)(**tiny_batch(), **options)
    assert [state.shape for state in output.hidden_states] == [(3, 6, 8)] * 3
    assert [weights.shape for weights in output.attentions] == [(3, 2, 6, 6)] * 2


def test_mean_and_max_pooling_leave_out_the_padding():
    batch = tiny_batch()
    for pooling, pool in (("mean", np.mean), ("max", np.max)):
        output = build(zen.BertModel, pooling=pooling)(**batch)
        states, lengths = np.asarray(output.last_hidden_state), batch["attention_mask"].sum(1)
        expected = [pool(state[:n], axis=0) for state, n in zip(states, lengths, strict=True)]
        np.testing.assert_allclose(output.pooler_output, expected, atol=1e-6)


@pytest.mark.parametrize("model", [zen.BertForPreTraining, zen.BertForMaskedLM])
def test_logits_at_masked_positions_are_those_of_the_whole(model):
    model, batch = build(model), tiny_batch()
    positions = np.array([[1, 0], [2, 2], [5, 1]])
    few, whole = model(**batch, masked_positions=jnp.array(positions))[0], model(**batch)[0]
    assert whole.shape == (3, 6, 16)
    expected = np.take_along_axis(np.asarray(whole), positions[:, :, None], axis=1)
    np.testing.assert_allclose(few, expected, atol=1e-5)


def test_selecting_positions_by_hand():
    x = jnp.array([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]])
    np.testing.assert_array_equal(
        select_positions(x, jnp.array([[2, 0], [1, 1]])), [[[3.0], [1.0]], [[5.0], [5.0]]]
    )
    assert select_positions(x, None) is x


def test_the_decoder_is_the_token_table():
    """Three times the row is three times the logit."""
    model, batch = build(zen.BertForMaskedLM), tiny_batch()
    batch["input_ids"] = np.minimum(batch["input_ids"], 14)  # 15 is predicted, never read
    before = np.asarray(model(**batch).logits)
    table = model.bert.embeddings.token.table
    table[...] = table[...].at[15].multiply(3.0)
    after = np.asarray(model(**batch).logits)
    np.testing.assert_allclose(after[..., 15], 3 * before[..., 15], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(after[..., :15], before[..., :15])


def test_number_of_parameters_of_bert_base():
    """110 million in the paper; 109,482,240 in HuggingFace."""
    abstract = nnx.eval_shape(lambda: zen.BertModel(zen.BertConfig(), rngs=nnx.Rngs(0)))
    leaves = jax.tree.leaves(nnx.state(abstract))
    assert sum(int(np.prod(leaf.shape)) for leaf in leaves) == 109_482_240


# Dropout


@every_model
def test_dropout_needs_a_key_and_obeys_it(model):
    model, batch = build(model, hidden_dropout_prob=0.3), tiny_batch()
    assert_equal(model(**batch), model(**batch))
    first, again, other = (model(**batch, key=jax.random.key(seed)) for seed in (0, 0, 1))
    assert_equal(first, again)
    assert differs(first[:1], other[:1])
    assert differs(first[:1], model(**batch)[:1])


def test_without_rates_a_key_changes_nothing():
    rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model, batch = build(zen.BertForPreTraining, **rates), tiny_batch()
    assert_equal(model(**batch, key=jax.random.key(0)), model(**batch))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["BertForSequenceClassification", "BertForTokenClassification", "BertForMultipleChoice"],
)
def test_the_classifier_has_a_rate_of_its_own(name):
    rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = build(getattr(zen, name), classifier_dropout=0.5, **rates)
    batch, key = batch_for(name), jax.random.key(0)
    assert differs(model(**batch)[:1], model(**batch, key=key)[:1])
    model = build(getattr(zen, name), classifier_dropout=0.0, **rates)
    assert_equal(model(**batch, key=key), model(**batch))


# Odd inputs


def test_a_single_token():
    output = jax.jit(partial(build(zen.BertModel), output_attentions=True))(np.array([[3]]))
    np.testing.assert_array_equal(output.attentions[0], np.ones((1, 2, 1, 1)))
    assert np.isfinite(output.last_hidden_state).all()


def test_nothing_but_padding_gives_finite_numbers():
    batch = tiny_batch()
    batch["attention_mask"] = np.zeros_like(batch["attention_mask"])
    output = build(zen.BertModel)(**batch, output_attentions=True)
    assert np.isfinite(output.last_hidden_state).all()
    np.testing.assert_allclose(output.attentions[0], np.full((3, 2, 6, 6), 1 / 6), rtol=1e-6)


def test_as_long_as_the_model_has_positions():
    ids = np.full((1, 16), 3)
    assert np.isfinite(jax.jit(build(zen.BertModel))(ids).last_hidden_state).all()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (
            {"input_ids": [[1, 16]]},
            ["input_ids has 16", "0 to 15", "vocab_size is 16", "tokenizer"],
        ),
        ({"input_ids": [[-1, 2]]}, ["input_ids has -1", "0 to 15"]),
        ({"input_ids": [[1] * 17]}, ["17 tokens", "16 positions", "truncation=True"]),
        ({"input_ids": [[1]], "token_type_ids": [[2]]}, ["token_type_ids has 2", "0 to 1"]),
        ({"input_ids": [[1]], "position_ids": [[16]]}, ["position_ids has 16", "0 to 15"]),
        ({}, ["input_ids", "inputs_embeds"]),
        ({"input_ids": [[1]], "inputs_embeds": [[[0.0] * 8]]}, ["input_ids", "inputs_embeds"]),
    ],
)
def test_inputs_that_cannot_work_are_errors_that_name_them(inputs, said):
    model = build(zen.BertModel)
    with pytest.raises(UserError) as error:
        model(**{name: np.array(values) for name, values in inputs.items()})
    for words in said:
        assert words in str(error.value)


def test_weights_start_as_huggingface_draws_them():
    model = zen.BertForPreTraining(
        tiny_config(vocab_size=2000, initializer_range=0.02), rngs=nnx.Rngs(0)
    )
    table = np.asarray(model.bert.embeddings.token.table[...])
    np.testing.assert_array_equal(table[0], np.zeros(8))  # [PAD]
    assert abs(table[1:].std() / 0.02 - 1) < 0.03
    np.testing.assert_array_equal(model.masked_lm_head.bias[...], np.zeros(2000))
    np.testing.assert_array_equal(model.bert.embeddings.norm.scale[...], np.ones(8))
