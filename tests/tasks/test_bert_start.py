"""Where pretraining starts: random numbers or word vectors; and positions that begin anywhere."""

import dataclasses
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.data.word_vectors import word_vectors
from zen_transformer.errors import UserError
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import Trainer
from zen_transformer.tasks.bert.settings import BertSettings, PretrainingConfig
from zen_transformer.tasks.bert.start import (
    OFFSETS,
    initial_network,
    look_at_neighbors,
    start_from_words,
)
from zen_transformer.tasks.bert.task import BertPretraining, PretrainingData
from zen_transformer.tasks.corpus_text import WordPieceConfig
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

SIZE = 24


@pytest.fixture
def tokenizer() -> WordPieceTokenizer:
    special = WordPieceTokenizer.special_tokens
    return WordPieceTokenizer([*special, *(f"w{n}" for n in range(SIZE - len(special)))])


@pytest.fixture
def documents() -> TokenizedDocuments:
    """Two documents of each of two corpora; the last four pieces never occur."""
    ids = np.random.default_rng(0).integers(5, SIZE - 4, 320).astype(np.int32)
    sentences = np.arange(0, 321, 10)
    sources = np.array([0, 0, 1, 1])
    return TokenizedDocuments(ids, sentences, sentences[::8], sources, ("one", "other"))


def settings(**pretraining) -> BertSettings:
    config = {"lengths": (8, 16), "shares": (0.5, 0.5), "steps": 4, "batch_tokens": 32}
    return BertSettings(
        corpus=("one:3", "other:1"),
        tokenizer=WordPieceConfig(vocab_size=SIZE),
        model=dataclasses.replace(
            BertSettings().model,
            hidden_size=6,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=8,
            max_position_embeddings=16,
            initializer_range=0.05,
        ),
        pretraining=PretrainingConfig(**config | pretraining),
    )


def test_the_table_is_the_word_vectors_and_the_bias_the_unigram_model(tokenizer, documents):
    shares = np.array([0.75, 0.25])
    random, network = (initial_network(settings(), tokenizer) for _ in range(2))
    start_from_words(network, documents, shares)
    table = np.asarray(network.bert.embeddings.token.table[...])
    vectors = word_vectors(documents, shares, SIZE, 6, 0.05)
    met = np.unique(documents.ids)
    np.testing.assert_allclose(table[met], vectors[met], rtol=1e-6)
    others = np.setdiff1d(np.arange(SIZE), met)
    before = np.asarray(random.bert.embeddings.token.table[...])
    np.testing.assert_array_equal(table[others], before[others])
    bias = np.asarray(network.masked_lm_head.bias[...])
    np.testing.assert_allclose(np.exp(bias), shares @ documents.frequencies(SIZE), rtol=1e-5)
    position = network.bert.embeddings.position.table[...]
    np.testing.assert_array_equal(position, random.bert.embeddings.position.table[...])


def test_the_start_is_written_once_and_is_what_the_training_begins_with(
    tmp_path: Path, tokenizer, documents
):
    run = RunFolder(tmp_path)
    run.write_json("stages.json", {})
    task = BertPretraining(settings(start="word-vectors"))
    data = PretrainingData(tokenizer, documents, documents, None)
    task.write_start(run, data)
    written = (run.start / "model.safetensors").stat().st_mtime_ns
    task.write_start(run, data)
    assert (run.start / "model.safetensors").stat().st_mtime_ns == written
    assert "start" in run.stages()
    start = BertForPreTraining.from_pretrained(run.start)
    begun = task.build(data._replace(start=run.start)).network
    for name in ("token", "position"):
        one, other = (getattr(model.bert.embeddings, name).table for model in (start, begun))
        np.testing.assert_array_equal(one[...], other[...])
    unlike = task.build(data).network  # without the folder: random weights
    assert not np.array_equal(
        unlike.bert.embeddings.token.table[...], begun.bert.embeddings.token.table[...]
    )


def test_positions_of_short_pairs_begin_anywhere_and_those_of_long_ones_at_0(tokenizer, documents):
    task = BertPretraining(settings(shift_positions=True))
    job = task.build(PretrainingData(tokenizer, documents, documents, None))
    firsts = []
    for step in (0, 1):
        positions = job.rows(step, range(4))["position_ids"]
        np.testing.assert_array_equal(np.diff(positions, axis=1), 1)
        assert positions.min() >= 0 and positions.max() < 16
        np.testing.assert_array_equal(job.rows(step, [2])["position_ids"], positions[[2]])
        firsts += list(positions[:, 0])
    assert len(set(firsts)) > 2
    assert (job.rows(3, range(2))["position_ids"] == np.arange(16)).all()


def test_packed_rows_have_positions_of_their_own():
    with pytest.raises(UserError, match="shift_positions or packing"):
        settings(shift_positions=True, packing=True)


@pytest.mark.usefixtures("float64")
def test_a_start_is_read_in_the_type_of_the_training(tmp_path, tokenizer, documents):
    run = RunFolder(tmp_path)
    run.write_json("stages.json", {})
    task = BertPretraining(settings(start="word-vectors", dtype="float64"))
    data = PretrainingData(tokenizer, documents, documents)
    task.write_start(run, data)
    network = task.build(data._replace(start=run.start)).network
    assert network.bert.embeddings.token.table[...].dtype == np.float64


def test_more_is_masked_before_the_last_stage(tokenizer, documents):
    """What is held out is always masked alike."""
    task = BertPretraining(settings(early_masking_rate=0.5, masking_rate=0.25, short_fraction=0.0))
    job = task.build(PretrainingData(tokenizer, documents, documents, None))
    for step, length, learnt, measured in ((0, 8, 4, 2), (3, 16, 4, 4)):
        batch = jax.tree.map(jnp.asarray, job.rows(step, range(job.examples(step))))
        keys = jax.random.split(jax.random.key(0), len(batch["input_ids"]))
        assert batch["input_ids"].shape[1] == length
        assert job.objective.prepare(batch, keys)["masked_labels"].shape[1] == learnt
        shape = job.network.config
        assert job.flops(step) == 3 * bert_flops_per_token(shape, length, learnt)
        _, masked = job.evaluation(job.parameters(), batch, jax.random.key(0))["mlm_loss"]
        words = int((batch["attention_mask"].sum(1) - 3).sum())  # without [CLS] and [SEP]
        assert masked == pytest.approx(0.25 * words, abs=len(keys) / 2)
        assert masked <= measured * len(keys)


def test_a_rate_of_masking_is_a_share():
    with pytest.raises(UserError, match="early_masking_rate is 0: it must be from"):
        settings(early_masking_rate=0)


@pytest.mark.slow
def test_the_preset_of_an_accelerator_takes_its_steps_here_in_small(tokenizer, documents):
    """In bfloat16, with attention in one piece and dropout around it, from word vectors."""
    preset = load_preset("gpu")
    small = settings()
    kept = {"bfloat16", "attention", "optimizer", "start", "early_masking_rate", "rematerialize"}
    kept |= {"attention_start"}
    pretraining = dataclasses.replace(
        small.pretraining, **{name: getattr(preset.pretraining, name) for name in kept}
    )
    dropout = {
        name: getattr(preset.model, name)
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob")
    }
    config = dataclasses.replace(
        small,
        pretraining=pretraining,
        model=dataclasses.replace(small.model, hidden_size=16, **dropout),
    )
    job = BertPretraining(config).build(PretrainingData(tokenizer, documents, documents, None))
    trainer = Trainer(job, pretraining, 0)
    (*_, last) = trainer.steps(trainer.initial_state(), pretraining.steps)
    assert last.done == pretraining.steps
    assert np.isfinite(last.metrics["loss"])
    assert pretraining.bfloat16 and pretraining.attention == "xla"


def test_the_first_heads_look_at_neighbors_before_anything_is_learnt(tokenizer, documents):
    """In each of four heads, at its own offset, where the other heads look away."""
    small = settings(start="random", attention_start="neighbors")
    shape = dataclasses.replace(
        small.model, hidden_size=64, num_attention_heads=4, max_position_embeddings=32
    )
    task = BertPretraining(dataclasses.replace(small, model=shape))
    network = task.build(PretrainingData(tokenizer, documents, documents, None)).network
    ids = np.random.default_rng(0).integers(5, SIZE, (1, 32))
    (weights,) = network.bert(ids, output_attentions=True).attentions
    for head, offset in enumerate(OFFSETS):
        at = {other: np.diagonal(weights[0, head], other).mean() for other in OFFSETS}
        assert at[offset] > 0.2 and at[offset] > 2 * max(at[o] for o in OFFSETS if o != offset)
    table = network.bert.embeddings.token.table[...]
    assert not table[:, 48:].any() and table[:, :48].any()
    position = network.bert.embeddings.position.table[...]
    np.testing.assert_allclose(
        (position**2).mean(axis=1), shape.initializer_range**2 / 4, rtol=1e-5
    )


@pytest.mark.parametrize("heads", [1, 2, 6])
def test_any_number_of_heads_can_look_at_neighbors(tokenizer, heads):
    """As many as there are; in the others, and in the other rows, nothing changes."""
    config = settings()
    config = dataclasses.replace(
        config, model=dataclasses.replace(config.model, hidden_size=24, num_attention_heads=heads)
    )
    random, network = (initial_network(config, tokenizer) for _ in range(2))
    look_at_neighbors(network)
    before, after = (
        model.bert.encoder.layers[0].attention.query.kernel[...] for model in (random, network)
    )
    changed = np.asarray(before != after).any(axis=0).reshape(heads, -1).any(axis=1)
    assert list(changed) == [head < len(OFFSETS) for head in range(heads)]
    assert np.isfinite(network.bert.embeddings.position.table[...]).all()
