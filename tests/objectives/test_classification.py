import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import build, tiny_batch

import zen_transformer as zen
from zen_transformer.data.labelled import Examples
from zen_transformer.objectives.classification import ClassificationObjective, LabelledBatches
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

TOKENIZER = zen.WordPieceTokenizer([*SPECIAL_TOKENS, *(f"w{i}" for i in range(100))])


def sums(model, **changes):
    """Loss and accuracy of the three rows, as sums."""
    graph, parameters = nnx.split(model)
    batch = {name: jnp.asarray(values) for name, values in tiny_batch().items()}
    batch |= {"label": jnp.array([2, 0, 1]), "weight": jnp.ones(3)} | changes
    losses, metrics = ClassificationObjective(graph)(nnx.to_pure_dict(parameters), batch, None)
    return losses["loss"], metrics["accuracy"]


@pytest.fixture(scope="module")
def model():
    return build(zen.BertForSequenceClassification, num_labels=3)


def test_sums_are_those_of_the_logits(model):
    logits = np.asarray(model(**tiny_batch()).logits)
    loss, accuracy = sums(model)
    expected = -np.asarray(jax.nn.log_softmax(logits))[range(3), [2, 0, 1]].sum()
    np.testing.assert_allclose(loss, (expected, 3), rtol=1e-5)
    assert accuracy == ((logits.argmax(1) == [2, 0, 1]).sum(), 3)


def test_a_row_that_only_fills_the_batch_does_not_count(model):
    weight = jnp.array([1, 0, 1], jnp.int32)
    first, other = (sums(model, weight=weight, label=jnp.array([2, y, 1])) for y in (0, 1))
    assert first == other
    assert first[0].weight == 2
    objective = ClassificationObjective(nnx.graphdef(model))
    assert objective.weights({"weight": weight}) == {"loss": 2}


def test_preparing_draws_nothing():
    batch = {"input_ids": jnp.ones((1, 1))}
    objective = ClassificationObjective(nnx.graphdef(nnx.Dict()))
    assert objective.prepare(batch, jax.random.split(jax.random.key(0), 1)) is batch


# The batches


def make_batches(count=23, batch_size=4, max_length=16) -> LabelledBatches:
    """Text i is i + 1 times the word i (cut to the length) with label i mod 3."""
    texts = [" ".join([f"w{i}"] * (i + 1)) for i in range(count)]
    examples = Examples(texts, [i % 3 for i in range(count)])
    return LabelledBatches(examples, TOKENIZER, batch_size, max_length)


def numbers(batch) -> list[int]:
    """Which texts a batch holds, without the rows that only fill it."""
    return [int(ids[1]) - len(SPECIAL_TOKENS) for ids in batch["input_ids"][batch["weight"] > 0]]


def test_an_epoch_sees_every_text_once():
    batches = make_batches()
    for epoch in range(3):
        steps = range(epoch * batches.batches_per_epoch, (epoch + 1) * batches.batches_per_epoch)
        seen = [number for step in steps for number in numbers(batches.batch(0, step))]
        assert sorted(seen) == list(range(23))


def test_evaluation_sees_every_text_once():
    seen = [number for batch in make_batches().in_order() for number in numbers(batch)]
    assert sorted(seen) == list(range(23))


def test_seed_and_step_decide_the_batch_and_epochs_differ():
    batches = make_batches()
    orders = [
        [numbers(batches.batch(seed, step)) for step in range(start, start + 8)]
        for seed, start in ((0, 0), (0, 0), (1, 0), (0, batches.batches_per_epoch))
    ]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert orders[0] != orders[3]


def test_rows_are_what_the_tokenizer_made_of_the_text():
    for batch in make_batches().in_order():
        assert len(batch["input_ids"]) == 4
        for row in np.flatnonzero(batch["weight"]):
            number = int(batch["input_ids"][row, 1]) - len(SPECIAL_TOKENS)
            expected = TOKENIZER.encode(
                " ".join([f"w{number}"] * (number + 1)), max_length=16, truncation=True
            )
            length = batch["attention_mask"][row].sum()
            assert batch["input_ids"][row, :length].tolist() == expected.ids
            assert batch["label"][row] == number % 3


def test_texts_of_like_length_share_a_batch_of_fitting_width():
    for batch in make_batches().in_order():
        width = batch["input_ids"].shape[1]
        longest = batch["attention_mask"].sum(1).max()
        assert width in (4, 8, 16)
        assert width // 2 < longest <= width or width == 4
