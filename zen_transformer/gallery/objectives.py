"""Mistakes in what is asked: masked words, labels and what counts."""

import jax
import jax.numpy as jnp
import numpy as np

from zen_transformer.gallery.study import Study, held_out
from zen_transformer.gallery.symptom import Bars, Number, Symptom
from zen_transformer.objectives import cross_entropy as losses
from zen_transformer.objectives import masked_lm, pretraining
from zen_transformer.objectives.cross_entropy import cross_entropy
from zen_transformer.objectives.masked_lm import mask_tokens


def labels_shifted_by_one(key, input_ids, maskable, **options):
    """The label is the token behind the one that was masked."""
    masked = mask_tokens(key, input_ids, maskable, **options)
    return masked._replace(labels=jnp.roll(input_ids, -1)[masked.positions])


def look_at_labels_shifted_by_one(study: Study) -> Symptom:
    trained = study.trained
    own = [one.held_out["mlm_accuracy"] for one in trained]
    real = [study.lab.measure(one.parameters)["mlm_accuracy"] for one in trained]
    numbers = {
        "held_out": held_out(trained),
        "own": Number("held-out words right, by the labels that each learnt from", own, ".1%"),
        "real": Number("held-out words right, by the words that were masked", real, ".1%"),
    }
    names = ["by its own labels", "by the masked words"]
    bars = Bars("held-out words right", names, list(zip(own, real, strict=True)))
    return Symptom(numbers, "real", [study.curves(trained), bars])


def draw_questions():
    """Two hundred times, half of the words of one sequence."""
    ids = jnp.array([2, 5, 6, 7, 8, 9, 3, 0])  # [CLS], five words, [SEP], padding

    def once(key):
        return masked_lm.mask_tokens(key, ids, ids >= 5, mask_id=4, vocab_size=10, rate=0.5)

    return ids, jax.jit(jax.vmap(once))(jax.random.split(jax.random.key(0), 200))


def labels_are_what_stood_there():
    ids, asked = draw_questions()
    np.testing.assert_array_equal(asked.labels, ids[asked.positions])


def special_tokens_masked(key, input_ids, maskable, **options):
    """Everything but padding, whose id is 0, may be asked for: [CLS] and [SEP], too."""
    return mask_tokens(key, input_ids, input_ids != 0, **options)


def look_at_special_tokens_masked(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained

    def share():
        questions = lab.questions()
        asked = questions["masked_labels"][questions["masked_weights"] > 0]
        return float(np.isin(asked, lab.tokenizer.special_ids).mean())

    words = [lab.measure(one.parameters)["mlm_loss"] for one in trained]
    shares = study.both(share)
    numbers = {
        "held_out": held_out(trained),
        "words": Number("held-out loss on words only (nats)", words),
        "share": Number("part of the questions that ask for [CLS] or [SEP]", shares, ".1%"),
    }
    own = [one.held_out["mlm_loss"] for one in trained]
    sides = list(zip(own, words, strict=True))
    bars = Bars("held-out loss (nats)", ["by its own questions", "on words only"], sides)
    return Symptom(numbers, "share", [study.curves(trained), bars])


def special_tokens_are_never_asked_for():
    _, asked = draw_questions()
    places = np.unique(asked.positions[asked.weights > 0])
    assert set(places.tolist()) <= {1, 2, 3, 4, 5}, f"asked for at {places}"


def padding_shared_with_a_label(batch):
    """Label 0 is taken for padding, as with `ignore_index=0`: pairs that belong together do not
    count."""
    return (batch["next_sentence_label"] != 0).astype(batch["masked_weights"].dtype)


def look_at_padding_shared_with_a_label(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    real = [lab.measure(one.parameters) for one in trained]
    last = [float(one.curve("nsp_loss")[-20:].mean()) for one in trained]
    own = [one.held_out["nsp_accuracy"] for one in trained]
    accuracy = [one["nsp_accuracy"] for one in real]
    loss = [one["nsp_loss"] for one in real]
    numbers = {
        "last": Number("next sentence: loss at the end of training (nats)", last, ".4f"),
        "own": Number("held-out pairs right, as the code counts them", own, ".1%"),
        "accuracy": Number("held-out pairs right, of all", accuracy, ".1%"),
        "loss": Number("held-out loss, of all pairs (nats)", loss),
    }
    names = ["as it counts", "of all pairs"]
    bars = Bars("held-out pairs right", names, list(zip(own, accuracy, strict=True)))
    return Symptom(numbers, "loss", [study.curves(trained, "nsp_loss"), bars])


def every_pair_counts():
    batch = {"next_sentence_label": jnp.array([0, 1, 0]), "masked_weights": jnp.ones((3, 2))}
    weights = pretraining._pair_weights(batch)
    np.testing.assert_array_equal(weights, [1.0, 1.0, 1.0])


def loss_weights_forgotten(logits, labels, weights):
    """The mean over all places, whether a word was masked there or not."""
    return cross_entropy(logits, labels, jnp.ones_like(weights))


def look_at_loss_weights_forgotten(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    own = [one.held_out["mlm_loss"] for one in trained]
    real = [lab.measure(one.parameters)["mlm_loss"] for one in trained]
    questions = lab.questions()
    asked = questions["masked_weights"] > 0
    other = np.where(asked, questions["masked_labels"], lab.tokenizer.mask_id)
    batches = [questions, questions | {"masked_labels": other}]
    sides = study.both(lambda: lab.losses(lab.right().parameters, batches))
    label = "change of the loss, when labels where nothing was masked are changed (nats)"
    numbers = {
        "own": Number("held-out loss, as the code counts it (nats)", own),
        "real": Number("held-out loss of the words that were masked (nats)", real),
        "change": Number(label, [side[1] - side[0] for side in sides]),
    }
    names = ["as it counts", "of masked words"]
    bars = Bars("held-out loss (nats)", names, list(zip(own, real, strict=True)))
    return Symptom(numbers, "change", [study.curves(trained), bars])


def places_of_weight_zero_do_not_count():
    logits, weights = jnp.zeros((2, 3)).at[1, 0].set(50.0), jnp.array([1.0, 0.0])
    found = losses.cross_entropy(logits, jnp.array([0, 1]), weights)
    np.testing.assert_allclose(found.sum / found.weight, np.log(3.0), rtol=1e-6)
