"""Mistakes in attention and its mask."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.gallery.lab import padded
from zen_transformer.gallery.study import Study, held_out_loss
from zen_transformer.gallery.symptom import Curves, Heatmaps, Measurement, Symptom
from zen_transformer.layers import attention, masks
from zen_transformer.layers.attention import softmax
from zen_transformer.layers.masks import padding_mask

MORE = (0, 2, 4, 8, 16)
"""Tokens of padding that are put behind every pair."""

# The mask


def padding_in_the_softmax(attention_mask):
    """Every key may be looked at, padding as well."""
    return jnp.ones_like(padding_mask(attention_mask))


def look_at_padding_in_the_softmax(study: Study) -> Symptom:
    trained = study.trained
    panel = _loss_over_padding(study, trained)
    measurements = {
        "held_out": held_out_loss(trained),
        "padding": _from_padding(panel),
        **study.ported_weights(),
    }
    return Symptom(measurements, "padding", [study.curves(trained), panel])


def _loss_over_padding(study: Study, trained) -> Curves:
    """Plot the loss of the same masked pairs with more and more padding."""
    masked_batch = study.lab.masked_batch()
    batches = [padded(masked_batch, more) for more in MORE]
    right = study.lab.losses(trained[0].parameters, batches)
    with study.mistake.applied():
        wrong = study.lab.losses(trained[1].parameters, batches)
    changes = [np.array(losses) - losses[0] for losses in (right, wrong)]
    title = "change of the held-out loss (nats)"
    return Curves(title, "padding added to every pair (tokens)", MORE, changes)


def _from_padding(panel: Curves) -> Measurement:
    label = f"held-out loss of the same pairs with {MORE[-1]} tokens of padding more: change (nats)"
    return Measurement(label, [changes[-1] for changes in panel.sides], "+.4f")


def padding_has_no_weight():
    x = jnp.array(np.random.default_rng(0).normal(size=(1, 1, 3, 4)))
    mask = masks.padding_mask(jnp.array([[1, 1, 0]]))
    weights = attention.attention_weights(x, x, mask)
    assert np.all(weights[..., 2] == 0.0), f"padding has the weights {weights[0, 0, :, 2]}"


def mask_over_queries(attention_mask):
    """The mask lies over the queries: padding does not look, but it is looked at."""
    batch, length = attention_mask.shape
    mask = attention_mask.astype(bool)[:, None, :, None]
    return jnp.broadcast_to(mask, (batch, 1, length, length))


def look_at_mask_over_queries(study: Study) -> Symptom:
    trained = study.trained
    measurements = {
        "held_out": held_out_loss(trained),
        **_on_padding(study),
        **study.ported_weights(),
    }
    return Symptom(measurements, "on_padding", [study.curves(trained), _map_of_weights(study)])


def _on_padding(study: Study) -> dict[str, Measurement]:
    """Measure the part of their attention that real tokens give to padding, where there is some."""
    lab, mask = study.lab, study.lab.held_out[0]["attention_mask"] > 0

    def share():
        weights = lab.trace(lab.right().parameters)["attention 0"].mean(axis=1)
        given = np.sum(weights * ~mask[:, None, :], axis=2)
        return float(given[mask & ~mask.all(axis=1)[:, None]].mean())

    label = "part of their weight that real tokens give to padding, in pairs that have some"
    return {"on_padding": Measurement(label, study.both(share), ".1%")}


def _map_of_weights(study: Study) -> Heatmaps:
    """Plot the attention of one head of the first layer for a pair with padding."""
    lab = study.lab
    lengths = lab.held_out[0]["attention_mask"].sum(axis=1)
    row = int(np.argmin(np.abs(lengths - lab.scale.length * 0.7)))
    maps = study.both(lambda: lab.trace(lab.right().parameters)["attention 0"][row, 0])
    ids = lab.held_out[0]["input_ids"][row]
    tokens = [lab.tokenizer.vocabulary[i] for i in ids]
    title = "weights of one head"
    return Heatmaps(title, maps, tokens, "looks", "is looked at")


def padding_is_hidden_and_words_are_seen_by_all():
    x = jnp.array(np.random.default_rng(0).normal(size=(1, 1, 3, 4)))
    mask = masks.padding_mask(jnp.array([[1, 1, 0]]))
    weights = attention.attention_weights(x, x, mask)
    seen = np.asarray(weights[0, 0, :, :2].sum(axis=-1))
    np.testing.assert_allclose(seen, 1.0, rtol=1e-6, err_msg="what each query gives to the words")


def mask_with_the_wrong_sign(attention_mask):
    """True where there is padding, as PyTorch's key_padding_mask has it; here it means "look"."""
    return ~padding_mask(attention_mask)


def look_at_mask_with_the_wrong_sign(study: Study) -> Symptom:
    trained = study.trained
    measurements = {
        "held_out": held_out_loss(trained),
        **_on_padding(study),
        **study.ported_weights(),
    }
    return Symptom(measurements, "on_padding", [study.curves(trained), _map_of_weights(study)])


def the_only_word_is_looked_at():
    x = jnp.array(np.random.default_rng(0).normal(size=(1, 1, 3, 4)))
    mask = masks.padding_mask(jnp.array([[1, 0, 0]]))
    weights = attention.attention_weights(x, x, mask)
    assert np.all(weights[..., 0] == 1.0), f"the word has the weights {weights[0, 0, :, 0]}"


# The scores


def no_root(query, key, mask):
    """softmax(Q Kᵀ): not divided by √head_dim."""
    scores = query @ jnp.swapaxes(key, -1, -2)
    return softmax(jnp.where(mask, scores, jnp.finfo(scores.dtype).min))


def look_at_no_root(study: Study) -> Symptom:
    return _how_sharp(
        study,
        telltale="largest",
        varied="head_dim",
        shapes={dim: (1, dim) for dim in (4, 8, 16, 32, 64, 128, 256, 512)},
        last="head_dim 512",
    )


def _how_sharp(
    study: Study, telltale: str, varied: str, shapes: dict[int, tuple[int, int]], last: str
) -> Symptom:
    """Compare the trainings, and the largest attention weight over `shapes`: heads and head_dim by
    the number that stands on the axis."""
    trained, values = study.trained, list(shapes)
    sides = study.both(lambda: [_largest_weight(*shape) for shape in shapes.values()])
    panel = Curves("largest of 16 weights, random vectors", varied, values, sides, log_x=True)
    label = f"largest of 16 weights, random queries and keys of variance 1, {last}"
    measurements = {
        "held_out": held_out_loss(trained),
        "largest": Measurement(label, [side[-1] for side in sides]),
        **study.ported_weights(),
    }
    return Symptom(measurements, telltale, [study.curves(trained), panel])


def _largest_weight(heads: int, head_dim: int) -> float:
    """The mean over queries of their largest weight on 16 random keys."""
    query, key = jax.random.normal(jax.random.key(0), (2, 32, heads, 16, head_dim))
    weights = attention.attention_weights(query, key, jnp.ones((32, 1, 1, 16), bool))
    return float(weights.max(axis=-1).mean())


def scores_are_divided_by_the_root_of_head_dim():
    query = jnp.array([[[[2.0, 0.0, 0.0, 0.0]]]])  # head_dim is 4, its root 2
    key = jnp.array([[[[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]])
    weights = attention.attention_weights(query, key, jnp.ones((1, 1, 1, 2), bool))
    right = 1 / (1 + math.exp(-4.0 / 2.0))  # 0.8808; without the root 0.9820
    np.testing.assert_allclose(weights[0, 0, 0, 0], right, rtol=1e-6)


def root_of_hidden(query, key, mask):
    """softmax(Q Kᵀ / √hidden): hidden is heads · head_dim."""
    hidden = query.shape[1] * query.shape[3]
    scores = query @ jnp.swapaxes(key, -1, -2) / math.sqrt(hidden)
    return softmax(jnp.where(mask, scores, jnp.finfo(scores.dtype).min))


def look_at_root_of_hidden(study: Study) -> Symptom:
    return _how_sharp(
        study,
        telltale="parity",
        varied="heads",
        shapes={heads: (heads, 64) for heads in (1, 2, 4, 8, 16)},
        last="16 heads of 64",
    )


def two_heads_do_not_change_the_root():
    x, mask = np.random.default_rng(0).normal(size=(1, 2, 3, 4)), jnp.ones((1, 1, 1, 3), bool)
    one, both = jnp.array(x[:, :1]), jnp.array(x)
    alone = attention.attention_weights(one, one, mask)
    beside = attention.attention_weights(both, both, mask)
    np.testing.assert_allclose(beside[:, :1], alone, rtol=1e-5)


def softmax_over_the_wrong_axis(query, key, mask):
    """The weights of a key add up to 1, not those of a query."""
    scores = query @ jnp.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
    scores = jnp.where(mask, scores, jnp.finfo(scores.dtype).min)
    return jnp.swapaxes(softmax(jnp.swapaxes(scores, -1, -2)), -1, -2)


def look_at_softmax_over_the_wrong_axis(study: Study) -> Symptom:
    trained, lab = study.trained, study.lab

    def sums():
        weights = lab.trace(lab.right().parameters)["attention 0"]
        return np.abs(weights.sum(axis=-1) - 1.0).max()

    label = "what a query gives to all keys: largest distance from 1"
    measurements = {
        "held_out": held_out_loss(trained),
        "sums": Measurement(label, study.both(sums), ".1g"),
        **_on_padding(study),
        **study.ported_weights(),
    }
    return Symptom(measurements, "sums", [study.curves(trained), _map_of_weights(study)])


def the_weights_of_a_query_add_up_to_one():
    x = jnp.array(np.random.default_rng(0).normal(size=(1, 2, 5, 4)))
    query, key = x[:, :, :3], x  # 3 queries, 5 keys
    weights = attention.attention_weights(query, key, jnp.ones((1, 1, 1, 5), bool))
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0, rtol=1e-5)


def softmax_without_the_maximum(scores):
    """exp s / Σ exp s, which overflows where a score is above 88."""
    exponentials = jnp.exp(scores)
    return exponentials / jnp.sum(exponentials, axis=-1, keepdims=True)


def look_at_softmax_without_the_maximum(study: Study) -> Symptom:
    trained, lab = study.trained, study.lab
    factors = [2**power for power in range(11)]
    masked_batch, weights = lab.masked_batch(), lab.right().parameters

    def losses():
        stacked = [_sharper(weights, factor) for factor in factors]
        return [lab.losses(sharper, [masked_batch])[0] for sharper in stacked]

    sides = study.both(losses)
    both_last = study.both(_last)
    title = "masked words: held-out loss (nats)"
    panel = Curves(title, "factor on the query's kernels", factors, sides, log_x=True)
    measurements = {
        "held_out": held_out_loss(trained),
        "last_score": Measurement(
            "largest score, up to 10,000, that has a weight", both_last, ",.0f"
        ),
        "last_factor": Measurement(
            f"largest factor on the query's kernels, up to {factors[-1]}, with which it computes",
            [factors[int(np.isfinite(side).sum()) - 1] for side in sides],
            ",.0f",
        ),
        **study.ported_weights(),
    }
    return Symptom(measurements, "last_score", [study.curves(trained), panel])


def _sharper(parameters, factor):
    """Scale the kernels of the queries, which makes the scores larger."""
    return jax.tree.map_with_path(
        lambda path, x: x * factor if any(getattr(k, "key", "") == "query" for k in path) else x,
        parameters,
    )


def _last() -> float:
    """The largest score up to 10,000 with which the softmax is finite."""
    scores = np.arange(1.0, 10_001.0)
    weights = attention.softmax(jnp.stack([jnp.array(scores), jnp.zeros(len(scores))], axis=-1))
    finite = np.isfinite(np.asarray(weights)).all(axis=-1)
    return float(scores[finite][-1])


def scores_of_a_thousand_stay_finite():
    weights = attention.softmax(jnp.array([1000.0, 999.0, -1000.0]))
    np.testing.assert_allclose(weights, [0.7310586, 0.2689414, 0.0], rtol=1e-5)


# The heads


def heads_without_the_transpose(x, batch, heads):
    """Cut into heads by a reshape alone: the first tokens become the first head."""
    tokens, hidden = x.shape
    return x.reshape(batch, heads, tokens // batch, hidden // heads)


def look_at_heads_without_the_transpose(study: Study) -> Symptom:
    trained = study.trained
    tables = study.both(_influence)
    label = "what a token gets from others, although all may look at themselves only"
    measurements = {
        "held_out": held_out_loss(trained),
        "elsewhere": Measurement(label, [1 - np.trace(one) / one.sum() for one in tables], ".0%"),
        **study.ported_weights(),
    }
    names = [str(number) for number in range(len(tables[0]))]
    title = "who depends on whom, if each sees itself only"
    maps = Heatmaps(title, tables, names, "token", "depends on")
    return Symptom(measurements, "elsewhere", [study.curves(trained), maps])


def _influence(length: int = 8) -> np.ndarray:
    """Measure how much every output of attention depends on every input; the largest is 1.

    The mask lets each token see only itself.
    """
    layer = attention.MultiHeadAttention(
        16, 4, dropout_rate=0.0, stddev=0.3, rngs=nnx.Rngs(0), dtype=jnp.float32
    )
    mask = jnp.eye(length, dtype=bool)[None, None]
    x = jax.random.normal(jax.random.key(0), (length, 16))
    slopes = np.asarray(jax.jacobian(lambda x: layer(x, mask)[0])(x))
    strength = np.sqrt((slopes**2).sum(axis=(1, 3)))
    return strength / strength.max()


def a_head_is_a_stretch_of_every_vector():
    x = jnp.arange(12.0).reshape(3, 4)  # three tokens of one sequence, hidden is 4
    first, second = attention.split_heads(x, 1, 2)[0]
    np.testing.assert_array_equal(first, x[:, :2])
    np.testing.assert_array_equal(second, x[:, 2:])
