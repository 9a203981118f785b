import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import EncoderDecoderConfig, EncoderDecoderForConditionalGeneration
from zen_transformer.objectives.causal_lm import IGNORED, CausalLMObjective
from zen_transformer.objectives.seq2seq import Bucket, SpecialIds, TokenPairs, seq2seq_batch

START, END, PADDING = 1, 2, 0
MARKS = SpecialIds(START, END, PADDING)
BUCKETS = (Bucket(4, 4, 6), Bucket(9, 7, 3))


def numbered(*lengths: tuple[int, int]) -> TokenPairs:
    """Pairs whose tokens say which pair they belong to: 10, 11, 12, … on both sides."""
    sources = [[10 + number] * read for number, (read, _) in enumerate(lengths)]
    targets = [[10 + number] * written for number, (_, written) in enumerate(lengths)]
    return TokenPairs(sources, targets, BUCKETS, MARKS)


def test_the_target_is_read_one_place_later():
    batch = seq2seq_batch(
        [np.array([5, 6, END]), np.array([7, END])],
        [np.array([8, 9, END]), np.array([9, END])],
        Bucket(4, 5, 2),
        MARKS,
    )
    expected = {
        "input_ids": [[5, 6, END, 0], [7, END, 0, 0]],
        "attention_mask": [[1, 1, 1, 0], [1, 1, 0, 0]],
        "decoder_input_ids": [[START, 8, 9, 0, 0], [START, 9, 0, 0, 0]],
        "decoder_attention_mask": [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0]],
        "labels": [[8, 9, END, IGNORED, IGNORED], [9, END, IGNORED, IGNORED, IGNORED]],
    }
    assert batch.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(batch[name], values)


def test_a_pair_lies_in_the_first_bucket_that_both_sides_fit_into():
    pairs = numbered((3, 3), (4, 3), (3, 4), (8, 6), (9, 1), (1, 7))
    assert [members.tolist() for members in pairs.members] == [[0], [1, 2, 3]]
    assert len(pairs) == 4  # the last two are too long


def test_a_row_follows_from_its_number_alone():
    pairs = numbered(*[(1 + n % 8, 1 + n % 6) for n in range(40)])
    for step in range(10):
        rows = pairs.buckets[pairs.draw_bucket([3, step])].rows
        whole, part = pairs.batch([3, step], range(rows)), pairs.batch([3, step], [2, 0])
        for name, values in part.items():
            np.testing.assert_array_equal(values, whole[name][[2, 0]])


def test_every_pair_is_seen_as_often():
    pairs = numbered((2, 2), (3, 3), (8, 6), (7, 6), (6, 5))
    seen = np.zeros(5)
    for step in range(1500):
        rows = pairs.buckets[pairs.draw_bucket([0, step])].rows
        ids = pairs.batch([0, step], range(rows))["input_ids"][:, 0] - 10
        seen += np.bincount(ids, minlength=5)
    np.testing.assert_allclose(seen / seen.sum(), 0.2, atol=0.02)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 6)), min_size=1, max_size=20))
def test_every_pair_is_measured_once(lengths):
    batches = numbered(*lengths).in_order()
    predicted = np.concatenate([batch["labels"][batch["labels"] >= 0] for batch in batches])
    expected = [token for n, (_, written) in enumerate(lengths) for token in [10 + n] * written]
    assert sorted(predicted.tolist()) == sorted(expected + [END] * len(lengths))
    for batch in batches:
        shape = Bucket(batch["input_ids"].shape[1], batch["labels"].shape[1], len(batch["labels"]))
        assert shape in BUCKETS


@pytest.fixture
def model(float64):
    config = EncoderDecoderConfig(
        vocab_size=60,
        d_model=8,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_position_embeddings=12,
        init_std=0.5,
    )
    return EncoderDecoderForConditionalGeneration(config, rngs=nnx.Rngs(0), dtype=jnp.float64)


@pytest.mark.slow
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_torchs(torch, model, smoothing):
    """Padding is neither counted nor smoothed over."""
    batch = numbered((2, 3), (8, 6), (5, 1)).batch([0, 1], range(3))
    batch = jax.tree.map(jnp.asarray, batch)
    graph, parameters = nnx.split(model)
    objective = CausalLMObjective(graph, smoothing)
    losses, metrics = jax.jit(objective)(nnx.to_pure_dict(parameters), batch, None)
    logits = nnx.jit(lambda model, inputs: model(**inputs).logits)(model, objective.inputs(batch))
    labels = torch.tensor(np.asarray(batch["labels"])).long().flatten()
    given = torch.tensor(np.asarray(logits)).flatten(0, 1)
    expected = torch.nn.functional.cross_entropy(given, labels, label_smoothing=smoothing)
    total, weight = losses["lm_loss"]
    assert weight == int((labels >= 0).sum()) == objective.weights(batch)["lm_loss"]
    np.testing.assert_allclose(total / weight, float(expected), rtol=1e-12)
    if smoothing:
        plain = torch.nn.functional.cross_entropy(given, labels)
        total, weight = metrics["lm_loss_unsmoothed"]
        np.testing.assert_allclose(total / weight, float(plain), rtol=1e-12)


def test_empty_rows_change_nothing(model):
    pairs = numbered((1, 1), (8, 6))
    graph, parameters = nnx.split(model)
    parameters = nnx.to_pure_dict(parameters)
    objective = jax.jit(lambda batch: CausalLMObjective(graph)(parameters, batch, None)[0])
    first = pairs.in_order()[0]
    assert first["attention_mask"].any(axis=1).tolist() == [True, *[False] * 5]
    total, weight = objective(first)["lm_loss"]
    moved = {name: np.roll(values, 2, axis=0) for name, values in first.items()}
    np.testing.assert_allclose(objective(moved)["lm_loss"].sum, total, rtol=1e-12)
    alone = seq2seq_batch([pairs.sources[0]], [pairs.targets[0]], Bucket(2, 2, 1), MARKS)
    expected, count = objective(alone)["lm_loss"]
    np.testing.assert_allclose(total, expected, rtol=1e-12)
    assert weight == count == 2
