"""Mistakes in what the model is given: segments and positions."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.gallery.study import Study, held_out_loss
from zen_transformer.gallery.symptom import Bars, Curves, Measurement, Symptom
from zen_transformer.layers import embeddings
from zen_transformer.layers.normalization import layer_norm
from zen_transformer.models import bert_encoder
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.inputs import as_ids


def segments_all_zero(ids, name, limit, limit_name):
    """Whatever token_type_ids are given, 0 is looked up."""
    ids = as_ids(ids, name, limit, limit_name)
    return jnp.zeros_like(ids) if name == "token_type_ids" else ids


def look_at_segments_all_zero(study: Study) -> Symptom:
    trained = study.trained
    distances = [_distances_moved(study, run, "segment") for run in trained]
    label = "how far the vector of segment 1 moved in training (its length at the start is {:.2f})"
    start = float(np.linalg.norm(study.lab.start()["bert"]["embeddings"]["segment"]["table"][1]))
    measurements = {
        "held_out": held_out_loss(trained),
        "moved": Measurement(label.format(start), [distance[1] for distance in distances], ".3f"),
        **study.ported_weights(),
    }
    bars = Bars("how far a segment's vector moved", ["segment 0", "segment 1"], distances)
    return Symptom(measurements, "moved", [study.curves(trained), bars])


def _distances_moved(study: Study, trained, table: str) -> list[float]:
    """Measure how far each row of an embedding table moved in training."""
    before = study.lab.start()["bert"]["embeddings"][table]["table"]
    after = trained.parameters["bert"]["embeddings"][table]["table"]
    return np.linalg.norm(after - before, axis=1).tolist()


@jax.jit
def states(types, change):
    """What a small BERT makes of three tokens, with row 0 of its position table changed."""
    config = BertConfig(
        vocab_size=8,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=4,
        initializer_range=0.5,
    )
    model = bert_encoder.BertModel(config, rngs=nnx.Rngs(0))
    table = model.embeddings.position.table
    table[...] = table[...].at[0, 0].add(change)
    return model(jnp.array([[1, 2, 3]]), token_type_ids=types).last_hidden_state


def the_second_segment_matters():
    one, two = (states(jnp.array([[0, late, late]]), 0.0) for late in (0, 1))
    assert np.abs(one - two).max() > 1e-3, "segments change nothing"


def positions_from_one(ids, name, limit, limit_name):
    """The first token gets position 1. Where the table ends, the last row is taken again, as JAX
    does with an index that is too large."""
    ids = as_ids(ids, name, limit, limit_name)
    return jnp.minimum(ids + 1, limit - 1) if name == "position_ids" else ids


def look_at_positions_from_one(study: Study) -> Symptom:
    trained = study.trained
    distances = [_distances_moved(study, run, "position") for run in trained]
    label = "how far the vector of position 0 moved in training"
    measurements = {
        "held_out": held_out_loss(trained),
        "moved": Measurement(label, [distance[0] for distance in distances], ".3f"),
        **study.ported_weights(),
    }
    places = np.arange(len(distances[0]))
    panel = Curves("how far a position's vector moved", "position", places, distances)
    return Symptom(measurements, "moved", [study.curves(trained), panel])


def the_first_token_has_position_zero():
    before, after = (states(jnp.array([[0, 0, 0]]), change) for change in (0.0, 1.0))
    assert np.abs(after - before).max() > 1e-3, "row 0 of the position table is not used"


def positions_forgotten(token, position, segment, scale, bias, epsilon):
    """LayerNorm(T[w] + S[s])."""
    return layer_norm(token + segment, scale, bias, epsilon)


def look_at_positions_forgotten(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    masked_batch = lab.masked_batch()
    rows, length = masked_batch["input_ids"].shape
    rng = np.random.default_rng(0)
    order = np.tile(np.arange(length, dtype=np.int32), (rows, 1))
    shuffled = rng.permuted(order, axis=1)
    batches = [masked_batch | {"position_ids": places} for places in (order, shuffled)]
    right = lab.losses(trained[0].parameters, batches)
    with study.mistake.applied():
        sides = (right, lab.losses(trained[1].parameters, batches))
    label = "held-out loss where the tokens' order is shuffled: change (nats)"
    measurements = {
        "held_out": held_out_loss(trained),
        "shuffled": Measurement(label, [side[1] - side[0] for side in sides], "+.2f"),
        **study.ported_weights(),
    }
    bars = Bars("masked words: held-out loss (nats)", ["in order", "shuffled"], sides)
    return Symptom(measurements, "shuffled", [study.curves(trained), bars])


def the_same_word_differs_at_two_positions():
    token = segment = jnp.zeros((1, 2, 4))
    position = jnp.array([[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]])
    x = embeddings.sum_embeddings(token, position, segment, jnp.ones(4), jnp.zeros(4), 1e-12)
    assert np.abs(x[0, 0] - x[0, 1]).max() > 1e-3, "positions change nothing"
