"""Mistakes in the objective: masked words, labels and weights."""

import jax
import jax.numpy as jnp
import numpy as np

from zen_transformer.gallery.study import Study, held_out_loss
from zen_transformer.gallery.symptom import Bars, Measurement, Symptom
from zen_transformer.layers import cross_entropy as losses
from zen_transformer.layers.cross_entropy import cross_entropy
from zen_transformer.objectives import masked_lm, pretraining
from zen_transformer.objectives.masked_lm import mask_tokens


def labels_shifted_by_one(key, input_ids, maskable, **options):
    """The label is the token behind the one that was masked."""
    masked = mask_tokens(key, input_ids, maskable, **options)
    return masked._replace(labels=jnp.roll(input_ids, -1)[masked.positions])


def look_at_labels_shifted_by_one(study: Study) -> Symptom:
    trained = study.trained
    as_counted = [run.held_out["mlm_accuracy"] for run in trained]
    real = [study.lab.measure(run.parameters)["mlm_accuracy"] for run in trained]
    measurements = {
        "held_out": held_out_loss(trained),
        "as_counted": Measurement(
            "held-out words right, by the labels that each learnt from", as_counted, ".1%"
        ),
        "real": Measurement("held-out words right, by the words that were masked", real, ".1%"),
    }
    names = ["by its own labels", "by the masked words"]
    bars = Bars("held-out words right", names, list(zip(as_counted, real, strict=True)))
    return Symptom(measurements, "real", [study.curves(trained), bars])


def draw_masks():
    """Mask half of the words of one sequence, two hundred times."""
    ids = jnp.array([2, 5, 6, 7, 8, 9, 3, 0])  # [CLS], five words, [SEP], padding

    def once(key):
        return masked_lm.mask_tokens(key, ids, ids >= 5, mask_id=4, vocab_size=10, rate=0.5)

    return ids, jax.jit(jax.vmap(once))(jax.random.split(jax.random.key(0), 200))


def labels_are_what_stood_there():
    ids, masked = draw_masks()
    np.testing.assert_array_equal(masked.labels, ids[masked.positions])


def special_tokens_masked(key, input_ids, maskable, **options):
    """Everything but padding, whose id is 0, may be masked: [CLS] and [SEP], too."""
    return mask_tokens(key, input_ids, input_ids != 0, **options)


def look_at_special_tokens_masked(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained

    def share():
        masked_batch = lab.masked_batch()
        masked = masked_batch["masked_labels"][masked_batch["masked_weights"] > 0]
        return float(np.isin(masked, lab.tokenizer.special_ids).mean())

    words = [lab.measure(run.parameters)["mlm_loss"] for run in trained]
    shares = study.both(share)
    measurements = {
        "held_out": held_out_loss(trained),
        "words": Measurement("held-out loss on words only (nats)", words),
        "share": Measurement("part of the questions that ask for [CLS] or [SEP]", shares, ".1%"),
    }
    as_counted = [run.held_out["mlm_loss"] for run in trained]
    sides = list(zip(as_counted, words, strict=True))
    bars = Bars("held-out loss (nats)", ["by its own questions", "on words only"], sides)
    return Symptom(measurements, "share", [study.curves(trained), bars])


def special_tokens_are_never_masked():
    _, masked = draw_masks()
    places = np.unique(masked.positions[masked.weights > 0])
    assert set(places.tolist()) <= {1, 2, 3, 4, 5}, f"masked at {places}"


def padding_shared_with_a_label(batch):
    """Label 0 is taken for padding, as with `ignore_index=0`: pairs that belong together do not
    count."""
    return (batch["next_sentence_label"] != 0).astype(batch["masked_weights"].dtype)


def look_at_padding_shared_with_a_label(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    real = [lab.measure(run.parameters) for run in trained]
    last = [float(run.curve("nsp_loss")[-20:].mean()) for run in trained]
    as_counted = [run.held_out["nsp_accuracy"] for run in trained]
    accuracy = [one["nsp_accuracy"] for one in real]
    loss = [one["nsp_loss"] for one in real]
    measurements = {
        "last": Measurement("next sentence: loss at the end of training (nats)", last, ".4f"),
        "as_counted": Measurement(
            "held-out pairs right, as the code counts them", as_counted, ".1%"
        ),
        "accuracy": Measurement("held-out pairs right, of all", accuracy, ".1%"),
        "loss": Measurement("held-out loss, of all pairs (nats)", loss),
    }
    names = ["as it counts", "of all pairs"]
    bars = Bars("held-out pairs right", names, list(zip(as_counted, accuracy, strict=True)))
    return Symptom(measurements, "loss", [study.curves(trained, "nsp_loss"), bars])


def every_pair_counts():
    batch = {"next_sentence_label": jnp.array([0, 1, 0]), "masked_weights": jnp.ones((3, 2))}
    weights = pretraining._pair_weights(batch)
    np.testing.assert_array_equal(weights, [1.0, 1.0, 1.0])


def loss_weights_forgotten(logits, labels, weights):
    """The mean over all places, whether a word was masked there or not."""
    return cross_entropy(logits, labels, jnp.ones_like(weights))


def look_at_loss_weights_forgotten(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    as_counted = [run.held_out["mlm_loss"] for run in trained]
    real = [lab.measure(run.parameters)["mlm_loss"] for run in trained]
    masked_batch = lab.masked_batch()
    masked = masked_batch["masked_weights"] > 0
    other = np.where(masked, masked_batch["masked_labels"], lab.tokenizer.mask_id)
    batches = [masked_batch, masked_batch | {"masked_labels": other}]
    sides = study.both(lambda: lab.losses(lab.right().parameters, batches))
    label = "change of the loss, when labels where nothing was masked are changed (nats)"
    measurements = {
        "as_counted": Measurement("held-out loss, as the code counts it (nats)", as_counted),
        "real": Measurement("held-out loss of the words that were masked (nats)", real),
        "change": Measurement(label, [side[1] - side[0] for side in sides]),
    }
    names = ["as it counts", "of masked words"]
    bars = Bars("held-out loss (nats)", names, list(zip(as_counted, real, strict=True)))
    return Symptom(measurements, "change", [study.curves(trained), bars])


def places_of_weight_zero_do_not_count():
    logits, weights = jnp.zeros((2, 3)).at[1, 0].set(50.0), jnp.array([1.0, 0.0])
    loss = losses.cross_entropy(logits, jnp.array([0, 1]), weights)
    np.testing.assert_allclose(loss.sum / loss.weight, np.log(3.0), rtol=1e-6)
