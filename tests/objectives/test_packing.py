import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st
from tiny import build, tiny_config

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.models.bert_encoder import Packing
from zen_transformer.objectives.packing import TokenSequence, pack
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

TOKENIZER = WordPieceTokenizer([*SPECIAL_TOKENS, *"abcdefghijk"])


def sequences(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [
        TokenSequence(rng.integers(5, 16, n), (np.arange(n) > n // 2).astype(int), i % 2)
        for i, n in enumerate(lengths)
    ]


def test_each_goes_into_the_first_row_with_room():
    batch = pack(sequences([4, 5, 3, 2, 6]), rows=2, length=8, per_row=3, pad_id=0)
    np.testing.assert_array_equal(
        batch["sequence_ids"], [[1, 1, 1, 1, 2, 2, 2, 0], [1, 1, 1, 1, 1, 2, 2, 0]]
    )
    np.testing.assert_array_equal(
        batch["position_ids"], [[0, 1, 2, 3, 0, 1, 2, 0], [0, 1, 2, 3, 4, 0, 1, 0]]
    )
    np.testing.assert_array_equal(batch["starts"], [[0, 4, 0], [0, 5, 0]])
    np.testing.assert_array_equal(batch["pair_weights"], [[1, 1, 0], [1, 1, 0]])
    np.testing.assert_array_equal(batch["next_sentence_label"], [[0, 0, 0], [1, 1, 0]])


@given(st.lists(st.integers(1, 9), max_size=30), st.integers(1, 4), st.integers(1, 4))
def test_what_is_packed_can_be_read_back(lengths, rows, per_row):
    given_ones = sequences(lengths)
    batch = pack(given_ones, rows, 8, per_row, pad_id=0)
    packed_ids = [
        batch["input_ids"][row][batch["sequence_ids"][row] == number + 1]
        for row in range(rows)
        for number in np.flatnonzero(batch["pair_weights"][row])
    ]
    taken = {tuple(sequence.ids) for sequence in given_ones[: len(packed_ids)]}
    assert {tuple(ids) for ids in packed_ids} == taken
    assert batch["attention_mask"].sum() == sum(map(len, packed_ids))
    if len(packed_ids) < len(lengths):  # the next one has nowhere to go
        free = 8 - batch["attention_mask"].sum(1)
        open_rows = batch["pair_weights"].sum(1) < per_row
        assert not np.any((free >= lengths[len(packed_ids)]) & open_rows)


def padded(given_ones, length=8):
    batch = {
        name: np.zeros((len(given_ones), length), np.int32)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, sequence in enumerate(given_ones):
        size = len(sequence.ids)
        batch["input_ids"][row, :size] = sequence.ids
        batch["token_type_ids"][row, :size] = sequence.type_ids
        batch["attention_mask"][row, :size] = 1
    return batch | {"next_sentence_label": np.array([s.next_sentence_label for s in given_ones])}


def masked(batch, every):
    """Of each sequence the tokens at these positions have to be said."""
    positions = batch.get("position_ids", np.arange(8)[None].repeat(len(batch["input_ids"]), 0))
    chosen = np.isin(positions, every) & (batch["attention_mask"] > 0)
    places = np.argsort(~chosen, axis=1, kind="stable")[:, : chosen.sum(1).max()]
    ids = batch["input_ids"]
    return {name: jnp.asarray(values) for name, values in batch.items()} | {
        "masked_positions": jnp.asarray(places),
        "masked_labels": jnp.asarray(np.take_along_axis(ids, places, 1)),
        "masked_weights": jnp.asarray(np.take_along_axis(chosen, places, 1), float),
    }


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_a_packed_sequence_is_computed_as_if_it_were_alone():
    given_ones = sequences([4, 5, 3, 2, 1])
    model = zen.BertForPreTraining(tiny_config(), rngs=nnx.Rngs(0), dtype=jnp.float64)
    packed, alone = pack(given_ones, 2, 8, 3, pad_id=0), padded(given_ones)
    packing = Packing(packed["sequence_ids"], packed["starts"])
    names = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
    output = model.bert(**{name: packed[name] for name in names}, packing=packing)
    expected = model.bert(**{name: alone[name] for name in names[:3]})
    for row, number, one in [(0, 0, 0), (1, 0, 1), (0, 1, 2), (1, 1, 3), (0, 2, 4)]:
        here = packed["sequence_ids"][row] == number + 1
        np.testing.assert_allclose(
            output.last_hidden_state[row, here],
            expected.last_hidden_state[one, : here.sum()],
            atol=1e-13,
        )
        np.testing.assert_allclose(
            output.pooler_output[row, number], expected.pooler_output[one], atol=1e-13
        )


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_packed_losses_and_gradients_are_those_of_the_sequences_alone():
    given_ones = sequences([4, 5, 3, 2])
    model = zen.BertForPreTraining(tiny_config(), rngs=nnx.Rngs(0), dtype=jnp.float64)
    graph, parameters = nnx.split(model)
    objective = PretrainingObjective(graph, TOKENIZER)

    @jax.jit
    @jax.value_and_grad
    def loss(parameters, batch):
        losses, _ = objective(parameters, batch, None)
        return sum(pair.sum / pair.weight for pair in losses.values())

    packed, alone = (
        masked(batch, [1, 3]) for batch in (pack(given_ones, 2, 8, 3, pad_id=0), padded(given_ones))
    )
    for name, weight in objective.weights(packed).items():
        assert weight == objective.weights(alone)[name]
    pure = nnx.to_pure_dict(parameters)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-13),
        loss(pure, packed),
        loss(pure, alone),
    )


@pytest.mark.slow
def test_only_cls_pooling_knows_of_packing():
    model = build(zen.BertModel, pooling="mean")
    packing = Packing(np.ones((1, 2), np.int32), np.zeros((1, 1), np.int32))
    with pytest.raises(UserError, match=r"pooling is 'mean': packed .* by 'cls' only"):
        model(np.ones((1, 2), np.int32), packing=packing)
