"""Mistakes in the step: the optimiser, accumulation, dropout."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax

from zen_transformer.gallery.study import Study, held_out_loss
from zen_transformer.gallery.symptom import Curves, Heatmaps, Measurement, Symptom
from zen_transformer.layers import dropout as layers
from zen_transformer.training import optimizer, step
from zen_transformer.training.optimizer import OptimizerConfig, decays, learning_rate_schedule
from zen_transformer.training.step import _sum_over, example_keys

# The optimiser


def no_bias_correction(config, steps, implementation="optax"):
    """AdamW with m and v as they are, not m/(1 − β₁ᵗ) and v/(1 − β₂ᵗ)."""
    return optax.chain(
        optax.clip_by_global_norm(config.max_grad_norm),
        raw_moments(config.beta1, config.beta2, config.epsilon),
        optax.add_decayed_weights(config.weight_decay, decays),
        optax.scale_by_learning_rate(learning_rate_schedule(config, steps)),
    )


def raw_moments(b1, b2, epsilon):
    def init(parameters):
        return jax.tree.map(jnp.zeros_like, (parameters, parameters))

    def update(gradient, moments, parameters=None):
        m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, moments[0], gradient)
        v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g**2, moments[1], gradient)
        return jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + epsilon), m, v), (m, v)

    return optax.GradientTransformation(init, update)


def look_at_no_bias_correction(study: Study) -> Symptom:
    trained = study.trained
    counts = range(1, 1001)
    sides = study.both(lambda: _updates(max(counts)))
    measurements = {
        "held_out": held_out_loss(trained),
        "first": Measurement(
            "size of the first step, in learning rates, where there is no warmup",
            [side[0] for side in sides],
        ),
        "largest": Measurement(
            "size of the largest step, where the gradient stays", [max(side) for side in sides]
        ),
    }
    title = "size of a step, in learning rates"
    panel = Curves(title, "step, the gradient always 1", counts, sides, log_x=True)
    return Symptom(measurements, "first", [study.curves(trained), panel])


def _updates(count: int) -> list[float]:
    """The steps of AdamW for a gradient of 1, without warmup and decay, in learning rates."""
    config = OptimizerConfig(learning_rate=1.0, warmup=0.0, weight_decay=0.0, max_grad_norm=9.0)
    adam = optimizer.make_optimizer(config, 10**9)
    one = {"bias": jnp.ones(())}

    def update(state, _):
        updates, state = adam.update(one, state, one)
        return state, -updates["bias"]

    return np.asarray(jax.lax.scan(update, adam.init(one), None, count)[1]).tolist()


def the_first_step_is_as_long_as_the_learning_rate():
    config = OptimizerConfig(learning_rate=0.1, warmup=0.0, weight_decay=0.0)
    adam, parameters = optimizer.make_optimizer(config, 1000), {"bias": jnp.zeros(2)}
    gradient = {"bias": jnp.array([0.3, -0.002])}
    updates, _ = adam.update(gradient, adam.init(parameters), parameters)
    np.testing.assert_allclose(updates["bias"], [-0.1, 0.1], rtol=1e-3)


def l2_for_decoupled_decay(config, steps, implementation="optax"):
    """λθ is added to the gradient, so that Adam divides it by √v with all the rest."""
    return optax.chain(
        optax.clip_by_global_norm(config.max_grad_norm),
        optax.add_decayed_weights(config.weight_decay, decays),
        optax.adam(
            learning_rate_schedule(config, steps), config.beta1, config.beta2, config.epsilon
        ),
    )


def look_at_l2_for_decoupled_decay(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained

    def lengths(parameters):
        return np.linalg.norm(parameters["bert"]["embeddings"]["position"]["table"], axis=1)

    start = lengths(lab.start())
    sides = [lengths(run.parameters) / start for run in trained]
    unused = slice(lab.scale.length, None)
    label = (
        f"vectors of positions {lab.scale.length} to {lab.scale.positions - 1}, which never "
        "occur: what is left of their length"
    )
    measurements = {
        "held_out": held_out_loss(trained),
        "left": Measurement(label, [side[unused].mean() for side in sides], ".2%"),
    }
    title = "length of a position's vector, relative to its start"
    panel = Curves(title, "position", np.arange(len(start)), sides)
    return Symptom(measurements, "left", [study.curves(trained), panel])


def a_weight_without_gradient_decays_by_the_rate_times_lambda():
    config = OptimizerConfig(learning_rate=0.1, warmup=0.0, weight_decay=0.01)
    adam, parameters = optimizer.make_optimizer(config, 10**6), {"kernel": jnp.array([2.0])}
    zero = {"kernel": jnp.zeros(1)}
    updates, _ = adam.update(zero, adam.init(parameters), parameters)
    np.testing.assert_allclose(updates["kernel"], [-0.1 * 0.01 * 2.0], rtol=1e-4)


HOT = 4


def warmup_missing(config, steps):
    """η begins at its peak."""
    return optax.linear_schedule(config.learning_rate, 0.0, steps)


def look_at_warmup_missing(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    hot = study.train(factor=HOT)
    config, steps = lab.optimizer_config(), lab.scale.steps
    rates = study.both(lambda: float(optimizer.learning_rate_schedule(config, steps)(0)))
    label = f"the same at {HOT} times the learning rate"
    measurements = {
        "held_out": held_out_loss(trained),
        "hot": Measurement(label, [one.held_out["mlm_loss"] for one in hot]),
        "rate": Measurement("learning rate of the first step", rates, ".3f"),
    }
    curves = replace(study.curves(hot), title=f"the same, {HOT} times the learning rate")
    return Symptom(measurements, "rate", [study.curves(trained), curves])


def the_learning_rate_begins_at_zero():
    schedule = optimizer.learning_rate_schedule(OptimizerConfig(learning_rate=0.1), 100)
    rates = [float(schedule(number)) for number in (0, 5, 10, 100)]
    np.testing.assert_allclose(rates, [0.0, 0.05, 0.1, 0.0], atol=1e-7)


# Accumulation


def sum_for_mean(function, parts):
    """Each part's gradient is a mean of its own, and they are added up: with k parts k times as
    long."""
    sums, gradient = _sum_over(function, parts)
    count = len(jax.tree.leaves(parts)[0])
    return sums, jax.tree.map(lambda g: count * g, gradient)


PARTS = 4


def look_at_sum_for_mean(study: Study) -> Symptom:
    trained = study.train(microbatches=PARTS)
    label = f"gradient's length in the first step, the batch in {PARTS} parts"
    whole = trained[0].curve("gradient_norm")[0]
    parts = study.both(
        lambda: study.lab.train(microbatches=PARTS, steps=1).curve("gradient_norm")[0]
    )
    measurements = {
        "held_out": held_out_loss(trained),
        "first": Measurement(label, parts),
        "ratio": Measurement(
            "gradient's length, relative to that of the batch in one part",
            [x / whole for x in parts],
        ),
    }
    return Symptom(
        measurements, "ratio", [study.curves(trained), study.curves(trained, "gradient_norm")]
    )


class Line:
    """y = θ x; with keys for dropout, something random is added."""

    def prepare(self, batch, keys):
        return batch

    def weights(self, batch):
        return {"loss": jnp.sum(batch["weight"])}

    def __call__(self, parameters, batch, keys):
        errors = (parameters["kernel"] * batch["x"] - batch["y"]) ** 2
        noise = 0.0 if keys is None else jnp.sum(jax.vmap(jax.random.normal)(keys))
        return {"loss": (jnp.sum(batch["weight"] * errors) + noise, jnp.sum(batch["weight"]))}, {}


def a_batch_in_parts_has_the_same_gradient():
    batch = {"x": jnp.arange(4.0), "y": jnp.ones(4), "weight": jnp.array([1.0, 0.0, 1.0, 1.0])}
    descent, key = optax.sgd(0.1), jax.random.key(0)
    state = step.init_state({"kernel": jnp.array(2.0)}, descent)
    runs = [step.make_step(Line(), descent, microbatches=parts) for parts in (1, 2)]
    whole, halves = (jax.jit(run)(state, batch, key)[1]["gradient_norm"] for run in runs)
    np.testing.assert_allclose(halves, whole, rtol=1e-6)


# Dropout

RATE = 0.1


def dropout_at_evaluation(objective):
    """The evaluation hands keys on to the model, and so drops."""

    def evaluation(parameters, batch, key):
        keys = example_keys(key, batch)
        prepared = objective.prepare(batch, keys)
        losses, metrics = objective(parameters, prepared, keys)
        return losses | metrics

    return evaluation


def look_at_dropout_at_evaluation(study: Study) -> Symptom:
    lab = study.lab
    model, times = lab.right(RATE), range(1, 13)
    masked_batch = lab.masked_batch()

    sides = study.both(lambda: lab.losses(model.parameters, [masked_batch], RATE, times))
    with study.mistake.applied():
        measured = lab.measure(model.parameters, RATE)
    measurements = {
        "loss": Measurement(
            "masked words, held-out loss of one model, evaluated with and without it (nats)",
            (model.held_out["mlm_loss"], measured["mlm_loss"]),
            ".3f",
        ),
        "spread": Measurement(
            "the same batch evaluated twelve times: largest less smallest loss (nats)",
            [np.ptp(side) for side in sides],
            ".3f",
        ),
    }
    title = "masked words: loss of one batch (nats)"
    panel = Curves(title, "evaluation, each with a key of its own", times, sides)
    rates = [0.0, 0.1, 0.2, 0.3]
    by_rate = study.both(
        lambda: [lab.losses(model.parameters, [masked_batch], rate)[0] for rate in rates]
    )
    return Symptom(
        measurements, "spread", [panel, Curves(title, "rate of dropout", rates, by_rate)]
    )


def two_evaluations_are_the_same():
    batch = {"x": jnp.arange(4.0), "y": jnp.ones(4), "weight": jnp.ones(4)}
    evaluation = step.make_evaluation(Line())
    first, second = (
        evaluation({"kernel": 2.0}, batch, jax.random.key(seed))["loss"] for seed in (0, 1)
    )
    assert first == second, f"the loss is {first[0]:.3f}, then {second[0]:.3f}"


def dropout_not_rescaled(x, keep, rate):
    """x m, without 1/(1 − p)."""
    return jnp.where(keep, x, 0.0)


def look_at_dropout_not_rescaled(study: Study) -> Symptom:
    trained = study.train(RATE)
    rates = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    sides = study.both(lambda: [_mean_behind(rate) for rate in rates])
    measurements = {
        "held_out": held_out_loss(trained),
        "mean": Measurement(
            "mean of many ones behind dropout at 0.1", [s[1] for s in sides], ".3f"
        ),
        "half": Measurement("the same at 0.5", [side[-1] for side in sides], ".3f"),
    }
    panel = Curves("mean of many ones behind dropout", "rate", rates, sides)
    return Symptom(measurements, "mean", [study.curves(trained), panel])


def _mean_behind(rate: float) -> float:
    ones = jnp.ones(100_000)
    return float(layers.random_dropout(ones, jax.random.key(0), rate).mean())


def dropout_keeps_the_mean():
    keep = jnp.array(np.arange(100) % 2 == 0)  # a rate of ½, exactly
    dropped = layers.dropout(jnp.ones(100), keep, 0.5)
    np.testing.assert_allclose(dropped.mean(), 1.0, rtol=1e-6)


def same_dropout_key(key, count):
    """One key for all: every layer drops the same entries."""
    return [key] * count


def look_at_same_dropout_key(study: Study) -> Symptom:
    trained, tables = study.train(RATE), study.both(_dropped_together)
    others = ~np.eye(len(tables[0]), dtype=bool)
    label = "of what one layer drops, the part that another drops as well (rate 0.1)"
    measurements = {
        "held_out": held_out_loss(trained),
        "together": Measurement(label, [table[others].mean() for table in tables], ".0%"),
    }
    names = [f"{number}" for number in range(1, len(others) + 1)]
    title = "part of what one drops that another drops as well"
    maps = Heatmaps(title, tables, names, "place of a dropout", "another place")
    return Symptom(measurements, "together", [study.curves(trained), maps])


def _dropped_together(places: int = 5) -> np.ndarray:
    keys = layers.split_key(jax.random.key(0), places)
    dropped = np.stack([~layers.draw_keep(key, (20_000,), RATE) for key in keys]).astype(float)
    return dropped @ dropped.T / dropped.sum(axis=1, keepdims=True)


def two_layers_drop_different_entries():
    first, second = layers.split_key(jax.random.key(0), 2)
    masks = [layers.draw_keep(key, (100,), 0.5) for key in (first, second)]
    assert np.any(masks[0] != masks[1]), "both drop the same"
