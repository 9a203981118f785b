from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import build, tiny_batch

import zen_transformer as zen
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS
from zen_transformer.training.step import example_keys

WORDS = ["a", "b", "c", "d", "##e", "##f", "g", "h", "i", "j", "k"]
NO_MODEL = nnx.graphdef(nnx.Dict())


def make_objective(graph=NO_MODEL, **options) -> PretrainingObjective:
    """Sixteen pieces, as many as the tiny BERT knows."""
    tokenizer = zen.WordPieceTokenizer([*SPECIAL_TOKENS, *WORDS])
    return PretrainingObjective(graph, tokenizer, **options)


def make_batch(rows=200, length=40):
    """[CLS] 30 pieces [SEP] and padding."""
    ids = np.zeros((rows, length), np.int32)
    ids[:, :32] = np.random.default_rng(0).integers(5, 16, (rows, 32))
    ids[:, 0], ids[:, 31] = 2, 3
    mask = (np.arange(length) < 32) * np.ones((rows, 1), int)
    return {"input_ids": jnp.array(ids), "attention_mask": jnp.array(mask)}


@cache
def compiled(**options):
    return jax.jit(make_objective(**options).prepare)


def prepare(batch, seed=0, **options):
    keys = example_keys(jax.random.key(seed), batch)
    return jax.device_get(compiled(**options)(batch, keys))


def test_never_masks_special_tokens_or_padding():
    batch = make_batch()
    prepared = prepare(batch)
    chosen = prepared["masked_weights"] > 0
    np.testing.assert_array_equal(chosen.sum(1), np.full(200, round(0.15 * 30)))
    labels = np.take_along_axis(np.asarray(batch["input_ids"]), prepared["masked_positions"], 1)
    np.testing.assert_array_equal(prepared["masked_labels"], labels)
    assert labels[chosen].min() >= len(SPECIAL_TOKENS)
    assert prepared["masked_positions"][chosen].max() <= 30


def test_other_keys_other_masks_and_every_row_its_own():
    batch = make_batch()
    batch["input_ids"] = jnp.broadcast_to(batch["input_ids"][:1], (200, 40))
    first, again, other = (prepare(batch, seed)["masked_positions"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    assert len({tuple(sorted(row[:4])) for row in first}) > 190


def test_a_row_is_masked_alike_in_a_batch_of_any_size():
    large, small = prepare(make_batch()), prepare(make_batch(rows=2))
    for name in ("input_ids", "masked_positions", "masked_labels"):
        np.testing.assert_array_equal(large[name][:2], small[name])


def test_the_rate_is_an_option():
    weights = prepare(make_batch(), masking_rate=0.5)["masked_weights"]
    np.testing.assert_array_equal(weights.sum(1), np.full(200, 15))


def test_whole_words_are_an_option():
    batch = make_batch()
    prepared = prepare(batch, whole_words=True, masking_rate=0.3)
    ids = np.asarray(batch["input_ids"])
    chosen = np.zeros(ids.shape, bool)
    rows, slots = np.nonzero(prepared["masked_weights"])
    chosen[rows, prepared["masked_positions"][rows, slots]] = True
    continues = np.isin(ids, [9, 10])  # ##e and ##f
    assert continues[chosen].any()
    # A piece shares the fate of the one before, unless it follows [CLS] immediately.
    inner = np.s_[:, 2:31]
    before = np.roll(chosen, 1, axis=1)
    np.testing.assert_array_equal(chosen[inner][continues[inner]], before[inner][continues[inner]])


@pytest.fixture(scope="module")
def model():
    return build(zen.BertForPreTraining)


def inputs():
    positions = jnp.array([[1, 2], [3, 1], [5, 4]])
    return {name: jnp.asarray(values) for name, values in tiny_batch().items()} | {
        "masked_positions": positions,
        "masked_labels": jnp.array([[7, 8], [9, 10], [11, 12]]),
        "masked_weights": jnp.array([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]]),
        "next_sentence_label": jnp.array([0, 1, 1]),
    }


def test_sums_are_those_of_the_logits(model):
    graph, parameters = nnx.split(model)
    losses, metrics = make_objective(graph)(nnx.to_pure_dict(parameters), inputs(), None)
    output = model(**tiny_batch())
    words = np.asarray(jax.nn.log_softmax(output.prediction_logits))
    pairs = np.asarray(jax.nn.log_softmax(output.seq_relationship_logits))
    chosen = [(0, 1, 7), (1, 3, 9), (1, 1, 10), (2, 5, 11)]
    expected = -sum(words[place] for place in chosen)
    np.testing.assert_allclose(losses["mlm_loss"], (expected, 4), rtol=1e-5)
    expected = -(pairs[0, 0] + pairs[1, 1] + pairs[2, 1])
    np.testing.assert_allclose(losses["nsp_loss"], (expected, 3), rtol=1e-5)
    right = sum(words[row, place].argmax() == label for row, place, label in chosen)
    assert metrics["mlm_accuracy"] == (right, 4)
    assert metrics["nsp_accuracy"] == ((pairs.argmax(1) == [0, 1, 1]).sum(), 3)


def test_dropout_obeys_the_key(model):
    graph, parameters = nnx.split(model)

    @jax.jit
    def loss(key):
        return make_objective(graph)(parameters, inputs(), jax.random.split(key, 3))[0][
            "mlm_loss"
        ].sum

    keys = map(jax.random.key, (0, 0, 1))
    first, again, other = map(loss, keys)
    assert first == again
    assert first != other


def test_an_untrained_model_knows_nothing():
    """Small weights: the loss is log of the vocabulary, and log 2 for the pairs."""
    graph, parameters = nnx.split(build(zen.BertForPreTraining, initializer_range=1e-3))
    losses, _ = make_objective(graph)(nnx.to_pure_dict(parameters), inputs(), None)
    mean = {name: total / weight for name, (total, weight) in losses.items()}
    np.testing.assert_allclose(mean["mlm_loss"], np.log(16), atol=0.01)
    np.testing.assert_allclose(mean["nsp_loss"], np.log(2), atol=0.01)


def test_the_weights_are_known_before_the_losses(model):
    graph, parameters = nnx.split(model)
    objective = make_objective(graph)
    losses, _ = objective(nnx.to_pure_dict(parameters), inputs(), None)
    assert objective.weights(inputs()) == {name: pair.weight for name, pair in losses.items()}
