"""Tags of words: the loss and its gradient against HuggingFace's, and what a batch says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from adapters.weights import named
from flax import nnx
from tiny import build, tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.data.tagged import TaggedSentences
from zen_transformer.objectives.token_classification import (
    IGNORED,
    TaggedBatches,
    TokenClassificationObjective,
)
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

PIECES = [f"w{i}" for i in range(100)]
TOKENIZER = zen.WordPieceTokenizer([*SPECIAL_TOKENS, *PIECES, "##x"])
LABELS = np.array(
    [
        [IGNORED, 2, IGNORED, IGNORED, IGNORED, IGNORED],
        [IGNORED, 0, 1, IGNORED, IGNORED, IGNORED],
        [IGNORED, 1, 2, IGNORED, 0, IGNORED],
    ]
)


def sums(model, labels=LABELS, cut=(0, 0, 0)):
    """Loss and accuracy of three sentences, as sums."""
    graph, parameters = nnx.split(model)
    batch = {name: jnp.asarray(values) for name, values in tiny_batch().items()}
    batch |= {"labels": jnp.asarray(labels), "cut": jnp.asarray(cut)}
    objective = TokenClassificationObjective(graph)
    losses, metrics = objective(nnx.to_pure_dict(parameters), batch, None)
    assert objective.weights(batch)["loss"] == losses["loss"].weight
    return losses["loss"], metrics["accuracy"]


@pytest.fixture(scope="module")
def model():
    return build(zen.BertForTokenClassification, num_labels=3)


def test_sums_are_those_of_the_first_pieces(model):
    logits = np.asarray(model(**tiny_batch()).logits)
    rows, places = np.nonzero(LABELS != IGNORED)
    right = LABELS[rows, places]
    expected = -np.asarray(jax.nn.log_softmax(logits))[rows, places, right].sum()
    loss, accuracy = sums(model)
    np.testing.assert_allclose(loss, (expected, 6), rtol=1e-5)
    assert accuracy == ((logits[rows, places].argmax(1) == right).sum(), 6)


def test_words_that_were_cut_off_are_wrong_and_have_no_loss(model):
    loss, accuracy = sums(model)
    with_cut = sums(model, cut=(2, 0, 1))
    assert with_cut[0] == loss
    assert with_cut[1] == (accuracy.sum, 9)


def test_without_any_word_all_sums_are_0(model):
    loss, accuracy = sums(model, labels=np.full_like(LABELS, IGNORED))
    assert loss == (0, 0) and accuracy == (0, 0)


@pytest.mark.slow
def test_logits_loss_and_gradient_are_those_of_huggingface(transformers, torch, float64, tmp_path):
    from reference.huggingface import as_ours, huggingface_model

    theirs = huggingface_model(
        transformers, "BertForTokenClassification", tiny_config(num_labels=3)
    )
    model = as_ours(theirs, tmp_path, jnp.float64)
    inputs = {name: torch.tensor(values).long() for name, values in tiny_batch().items()}
    output = theirs(**inputs, labels=torch.tensor(LABELS).long())
    output.loss.backward()

    graph, state = nnx.split(model)
    batch = {name: jnp.asarray(values) for name, values in tiny_batch().items()}
    batch |= {"labels": jnp.asarray(LABELS), "cut": jnp.zeros(3, jnp.int32)}

    def mean(parameters):
        loss = TokenClassificationObjective(graph)(parameters, batch, None)[0]["loss"]
        return loss.sum / loss.weight

    loss, gradient = jax.value_and_grad(mean)(nnx.to_pure_dict(state))
    np.testing.assert_allclose(model(**tiny_batch()).logits, output.logits.detach(), rtol=1e-12)
    np.testing.assert_allclose(loss, output.loss.item(), rtol=1e-12)
    expected = {name: p.grad.numpy() for name, p in theirs.named_parameters() if p.grad is not None}
    for name, ours in named(gradient).items():
        np.testing.assert_allclose(ours, expected[name], rtol=1e-9, atol=1e-12, err_msg=name)


# The batches


def make_batches(max_length: int = 16) -> TaggedBatches:
    """Sentence i has i + 1 words; word k of it has the tag k mod 4, and two pieces if k is odd."""
    words = [[f"w{i}{'x' * (k % 2)}" for k in range(i + 1)] for i in range(11)]
    tags = [[k % 4 for k in range(i + 1)] for i in range(11)]
    return TaggedBatches(TaggedSentences(words, tags), TOKENIZER, 4, max_length)


def test_first_pieces_have_the_tags_and_all_words_are_counted():
    seen = []
    for batch in make_batches().in_order():
        for ids, labels, cut in zip(batch["input_ids"], batch["labels"], batch["cut"], strict=True):
            places = np.flatnonzero(labels != IGNORED)
            if not len(places):
                continue  # fills the batch
            number = int(ids[1]) - len(SPECIAL_TOKENS)
            seen.append(number)
            assert len(places) + cut == number + 1
            assert labels[places].tolist() == [k % 4 for k in range(len(places))]
            assert {TOKENIZER.vocabulary[i] for i in ids[places]} == {f"w{number}"}
            assert labels[0] == IGNORED
            assert (labels[ids == TOKENIZER.sep_id] == IGNORED).all()
            assert cut == (number == 10)  # 14 pieces are 9 words and the half of the tenth
    assert sorted(seen) == list(range(11))


def test_a_subset_has_its_own_tags():
    (batch,) = make_batches().subset(np.array([3])).in_order()
    assert (batch["labels"] != IGNORED).sum() == 4  # of one row; the others only fill the batch
    assert batch["labels"].shape == batch["input_ids"].shape


def test_the_width_of_a_batch_is_known_without_making_it():
    batches = make_batches()
    for step in range(2 * batches.batches_per_epoch):
        assert batches.batch(3, step)["input_ids"].shape == (4, batches.width(3, step))
