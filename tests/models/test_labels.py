"""`labels=` and `return_dict=` of the models, beside HuggingFace's, in float64."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.models.losses import IGNORED, class_loss, classification_loss

BATCH = tiny_batch()
SHAPE = BATCH["input_ids"].shape
DRAW = np.random.default_rng(0)
WORDS = np.where(DRAW.random(SHAPE) < 0.5, DRAW.integers(0, 16, SHAPE), IGNORED)
TAGS = np.where(DRAW.random(SHAPE) < 0.5, DRAW.integers(0, 3, SHAPE), IGNORED)
PAIRS = np.array([0, 1, IGNORED])
SOME = DRAW.random((3, 3))
SPANS = {"start_positions": np.array([1, 9, 0]), "end_positions": np.array([3, 2, -1])}
GPT = {"vocab_size": 16, "n_positions": 8, "n_embd": 8, "n_layer": 1, "n_head": 2}
GPT |= {"bos_token_id": 0, "eos_token_id": 0}
MARIAN = {"vocab_size": 16, "d_model": 8, "max_position_embeddings": 8, "init_std": 0.5}
MARIAN |= dict.fromkeys(("encoder_layers", "decoder_layers"), 1)
MARIAN |= dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 2)
MARIAN |= dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim"), 16)
MARIAN |= {"positions": "sinusoidal-halves", "pad_token_id": 3, "decoder_start_token_id": 5}

CASES = {
    "BertForPreTraining": ({}, {"labels": WORDS, "next_sentence_label": PAIRS}),
    "BertForMaskedLM": ({}, {"labels": WORDS}),
    "BertForNextSentencePrediction": ({}, {"labels": PAIRS}),
    "BertForTokenClassification": ({}, {"labels": TAGS}),
    "BertForQuestionAnswering": ({}, SPANS),
    "single": ({}, {"labels": np.array([2, IGNORED, 0])}),
    "several": ({}, {"labels": SOME}),
    "several, said": ({"problem_type": "multi_label_classification"}, {"labels": SOME}),
    "numbers": ({"problem_type": "regression"}, {"labels": SOME}),
    "one number": ({"num_labels": 1}, {"labels": SOME[:, 0]}),
    "one number, an axis": ({"num_labels": 1}, {"labels": SOME[:, :1]}),
}
"""The fields of BERT's config and the labels; what is no class is BertForSequenceClassification."""


def build(name, config):
    return getattr(zen, name)(config, rngs=nnx.Rngs(0), dtype=jnp.float64)


def tensors(torch, arrays):
    return {name: torch.tensor(np.asarray(x)) for name, x in arrays.items()}


def opened(transformers, name, model, folder):
    """The same model in HuggingFace."""
    model.save_pretrained(folder)
    theirs = getattr(transformers, name).from_pretrained(folder, attn_implementation="eager")
    return theirs.double().eval()


def assert_same(ours, theirs, rtol=1e-10):
    """Two tuples of arrays, and of tuples of arrays."""
    ours, theirs = jax.tree.leaves(ours), jax.tree.leaves(theirs)
    assert len(ours) == len(theirs) > 0
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other.detach().numpy(), rtol=rtol, atol=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("case", CASES)
def test_the_loss_and_the_tuple_of_bert_are_theirs(torch, transformers, tmp_path, case):
    fields, labels = CASES[case]
    name = case if case.startswith("Bert") else "BertForSequenceClassification"
    model = build(name, tiny_config(**{"num_labels": 3, "layer_norm_eps": 1e-5} | fields))
    theirs = opened(transformers, name, model, tmp_path)
    more = {"return_dict": False, "output_hidden_states": True, "output_attentions": True}
    given = BATCH | labels
    assert_same(model(**given, **more), theirs(**tensors(torch, given), **more))
    output = model(**given)
    assert output[0] is output.loss is output["loss"]
    assert output.keys()[0] == "loss"
    assert model(**BATCH).loss is None
    assert "loss" not in dict(model(**BATCH))


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_loss_of_choices_is_theirs(torch, transformers, tmp_path):
    model = build("BertForMultipleChoice", tiny_config(layer_norm_eps=1e-5))
    theirs = opened(transformers, "BertForMultipleChoice", model, tmp_path)
    batch = {name: np.stack([x, x[::-1]], axis=1) for name, x in BATCH.items()}
    given = batch | {"labels": np.array([0, 1, 1]), "return_dict": False}
    options = tensors(torch, {n: x for n, x in given.items() if n != "return_dict"})
    assert_same(model(**given), theirs(**options, return_dict=False))


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_loss_of_gpt_is_theirs(torch, transformers, tmp_path):
    model = build("GPTForCausalLM", zen.GPTConfig(**GPT))
    theirs = opened(transformers, "GPT2LMHeadModel", model, tmp_path)
    ids, labels = BATCH["input_ids"] % 16, WORDS
    output = theirs(**tensors(torch, {"input_ids": ids, "labels": labels}))
    mine = model(ids, labels=labels, return_dict=False)
    assert_same(mine, (output.loss, output.logits), rtol=1e-6)  # theirs computes it in float32
    in_float64 = torch.nn.functional.cross_entropy(
        output.logits[:, :-1].flatten(0, 1), torch.tensor(labels[:, 1:]).flatten()
    )
    assert_same(mine[0], in_float64)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_loss_of_the_encoder_decoder_is_theirs(torch, transformers, tmp_path):
    name = "EncoderDecoderForConditionalGeneration"
    model = build(name, zen.EncoderDecoderConfig(**MARIAN))
    theirs = opened(transformers, "MarianMTModel", model, tmp_path)
    for side in (theirs.model.encoder, theirs.model.decoder):  # whose positions are of float32
        positions = model.encoder_embeddings.positions()
        side.embed_positions.weight.data = torch.tensor(np.asarray(positions, np.float64))
    ids, labels = BATCH["input_ids"] % 16, WORDS[:, :4]
    more = {"output_hidden_states": True, "output_attentions": True}
    output = theirs(**tensors(torch, {"input_ids": ids, "labels": labels}), **more)
    names = "loss logits decoder_hidden_states decoder_attentions cross_attentions".split()
    names += "encoder_last_hidden_state encoder_hidden_states encoder_attentions".split()
    mine = model(ids, labels=labels, **more)
    assert mine.keys() == names
    assert [n for n in output.keys() if n in names] == names  # noqa: SIM118
    assert_same(mine.to_tuple(), [output[n] for n in names])
    explicit = np.full_like(labels, 5)
    explicit[:, 1:] = np.where(labels == IGNORED, 3, labels)[:, :-1]
    np.testing.assert_array_equal(model(ids, explicit).logits, mine.logits)


def model_of(name="BertForTokenClassification", **fields):
    return getattr(zen, name)(tiny_config(num_labels=3, **fields), rngs=nnx.Rngs(0))


def test_labels_may_be_tracers_in_jit_and_grad():
    graph, parameters = nnx.split(model_of())

    @jax.jit
    @jax.value_and_grad
    def loss(parameters, labels):
        return nnx.merge(graph, parameters)(**BATCH, labels=labels).loss

    value, gradient = loss(parameters, TAGS)
    np.testing.assert_allclose(value, model_of()(**BATCH, labels=TAGS).loss, rtol=1e-5)
    bias = gradient["classifier"]["bias"][...]
    assert np.abs(bias).max() > 1e-4
    np.testing.assert_allclose(np.sum(bias), 0.0, atol=1e-6)
    for wrong in (3, -1):
        assert np.isnan(loss(parameters, np.where(TAGS == 2, wrong, TAGS))[0])


def test_an_output_goes_through_jit_whole():
    graph, parameters = nnx.split(model_of())
    run = jax.jit(lambda p: nnx.merge(graph, p)(**BATCH, labels=TAGS, output_attentions=True))
    output = run(parameters)
    assert output.keys() == ["loss", "logits", "attentions"]
    loss, logits, attentions = output
    assert (loss.shape, logits.shape, len(attentions)) == ((), (*SHAPE, 3), len(output.attentions))


def test_where_no_label_counts_the_loss_is_zero():
    """Theirs is 0 / 0, which would end a training."""
    assert class_loss(jnp.ones((2, 3)), np.full(2, IGNORED)) == 0.0


def test_logits_of_both_signs_stay_finite():
    config = tiny_config(num_labels=2)
    loss = classification_loss(jnp.array([[1e4, -1e4]]), np.array([[1.0, 0.0]]), config)
    np.testing.assert_allclose(loss, 0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "labels", "said"),
    [
        ("BertForTokenClassification", {"labels": TAGS[:, :2]}, r"labels has shape \(3, 2\)"),
        ("BertForTokenClassification", {"labels": TAGS + 0.5}, "labels holds float64"),
        (
            "BertForTokenClassification",
            {"labels": np.full(SHAPE, 3)},
            r"labels has 3, allowed are 0 to 2 \(the number of classes is 3\)",
        ),
        ("BertForTokenClassification", {"labels": np.full(SHAPE, -1)}, "labels has -1"),
        ("BertForPreTraining", {"labels": WORDS}, "give labels and next_sentence_label"),
        ("BertForQuestionAnswering", {"end_positions": PAIRS}, "give start_positions and"),
        ("BertForSequenceClassification", {"labels": SOME[:, :2]}, r"has shape \(3, 2\)"),
    ],
)
def test_labels_that_cannot_be_are_named(name, labels, said):
    with pytest.raises(zen.UserError, match=said):
        model_of(name)(**BATCH, **labels)


def test_neither_a_target_nor_labels_is_named():
    config = zen.EncoderDecoderConfig(**MARIAN)
    model = zen.EncoderDecoderForConditionalGeneration(config, rngs=nnx.Rngs(0))
    run = partial(model, np.array([[6, 7]]))
    with pytest.raises(zen.UserError, match="give decoder_input_ids or labels"):
        run()
    with pytest.raises(zen.UserError, match="labels has shape"):
        run(labels=np.array([6]))
