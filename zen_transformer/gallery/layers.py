"""Mistakes in the linear map, LayerNorm, GELU, the block and the poolers."""

from math import pi, sqrt

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.scipy.special import erf

from zen_transformer.gallery.lab import padded
from zen_transformer.gallery.study import Study, held_out_loss, relative_difference
from zen_transformer.gallery.symptom import Bars, Curves, Measurement, Symptom
from zen_transformer.layers import activations, linear, normalization, pooling
from zen_transformer.models import stack
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.stack import Block

ROUNDING = 1e-17
"""Where the bars of differences begin: below what float64 can tell."""


def _by_layer(study: Study) -> Bars:
    """Plot the difference that the wrong code makes to right weights, layer by layer."""
    lab = study.lab
    traces = study.both(lambda: lab.trace(lab.right().parameters))
    differences = study.layer_differences(*traces)
    names = ["embeddings", *list(differences)[1:]]
    title = "weights trained right: relative difference"
    return Bars(title, names, ([ROUNDING] * len(differences), list(differences.values())), ROUNDING)


# The linear map


def kernels_transposed(x, kernel, bias):
    """y = x Wᵀ + b, as where a kernel of PyTorch was copied without transposing it. Only a square
    one can be: the others would not fit."""
    square = kernel.shape[0] == kernel.shape[1]
    return x @ (kernel.T if square else kernel) + bias


def look_at_kernels_transposed(study: Study) -> Symptom:
    trained = study.trained
    measurements = {"held_out": held_out_loss(trained), **study.ported_weights()}
    return Symptom(measurements, "ported", [study.curves(trained), _by_layer(study)])


def a_kernel_is_indexed_by_input_then_output():
    kernel = jnp.array([[0.0, 1.0], [0.0, 0.0]])  # the first input goes to the second output
    y = linear.linear(jnp.array([3.0, 5.0]), kernel, jnp.zeros(2))
    np.testing.assert_array_equal(y, [0.0, 3.0])


# GELU


def tanh_gelu(x):
    """The approximation that GPT-2 has."""
    return 0.5 * x * (1.0 + jnp.tanh(sqrt(2.0 / pi) * (x + 0.044715 * x**3)))


def look_at_tanh_gelu(study: Study) -> Symptom:
    trained = study.trained
    x = np.linspace(-5, 5, 401)
    with jax.enable_x64(True):
        exact = np.asarray(0.5 * x * (1 + erf(x / sqrt(2))))
        gelu = study.both(lambda: np.asarray(activations.ACTIVATIONS["gelu"](jnp.array(x))))
    sides = [side - exact for side in gelu]
    label = "largest difference from x Φ(x)"
    measurements = {
        "held_out": held_out_loss(trained),
        "largest": Measurement(label, [np.abs(side).max() for side in sides], ".1g"),
        **study.ported_weights(),
    }
    panel = Curves("GELU: difference from x Φ(x)", "x", x, sides)
    return Symptom(measurements, "parity", [study.curves(trained), panel])


def gelu_is_the_exact_one():
    x = jnp.array([-2.0, -1.0, 1.0, 2.0])
    right = [-0.0455003, -0.1586553, 0.8413447, 1.9544997]  # x Φ(x), from a table
    np.testing.assert_allclose(activations.ACTIVATIONS["gelu"](x), right, atol=1e-6)


# LayerNorm


def epsilon_outside_the_root(x, scale, bias, epsilon):
    """(x − μ) / (σ + ε)."""
    centered = x - jnp.mean(x, axis=-1, keepdims=True)
    deviation = jnp.sqrt(jnp.mean(centered**2, axis=-1, keepdims=True))
    return centered / (deviation + epsilon) * scale + bias


def look_at_epsilon_outside_the_root(study: Study) -> Symptom:
    trained = study.trained
    sizes = 10.0 ** np.linspace(-9, 0, 37)
    sides = study.both(lambda: [_size_behind(size) for size in sizes])
    small = study.both(lambda: _size_behind(1e-6))
    label = "size of LayerNorm's output where the input's deviation is 1e-6 (ε = 1e-12)"
    measurements = {
        "held_out": held_out_loss(trained),
        "small": Measurement(label, small, ".3f"),
        **study.ported_weights(),
    }
    title = "size of LayerNorm's output, ε = 1e-12"
    panel = Curves(title, "deviation of its input", sizes, sides, log_x=True)
    return Symptom(measurements, "small", [study.curves(trained), panel])


def _size_behind(deviation: float, width: int = 64, epsilon: float = 1e-12) -> float:
    """The root mean square of LayerNorm's output for a vector of this standard deviation."""
    with jax.enable_x64(True):
        x = np.random.default_rng(0).normal(size=width)
        x = deviation * (x - x.mean()) / x.std()
        y = normalization.layer_norm(jnp.asarray(x), jnp.ones(width), jnp.zeros(width), epsilon)
        return float(np.sqrt(np.mean(np.asarray(y) ** 2)))


def epsilon_stands_inside_the_root():
    x = jnp.array([-1e-6, 1e-6])  # its variance is ε
    y = normalization.layer_norm(x, jnp.ones(2), jnp.zeros(2), 1e-12)
    np.testing.assert_allclose(y, [-sqrt(0.5), sqrt(0.5)], rtol=1e-5)


def unbiased_deviation(x, scale, bias, epsilon):
    """σ² divided by hidden − 1, as `x.std()` of PyTorch does."""
    centered = x - jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.sum(centered**2, axis=-1, keepdims=True) / (x.shape[-1] - 1)
    return centered / jnp.sqrt(variance + epsilon) * scale + bias


def look_at_unbiased_deviation(study: Study) -> Symptom:
    trained = study.trained
    widths = [2**power for power in range(2, 11)]
    sides = study.both(lambda: [_size_behind(1.0, width) for width in widths])
    usual = study.both(lambda: _size_behind(1.0, 768))
    label = "size of LayerNorm's output, 64 wide"
    measurements = {
        "held_out": held_out_loss(trained),
        "size": Measurement(label, [side[4] for side in sides], ".4f"),
        "size_768": Measurement("the same, 768 wide", usual, ".4f"),
        **study.ported_weights(),
    }
    panel = Curves("size of LayerNorm's output", "hidden", widths, sides, log_x=True)
    return Symptom(measurements, "parity", [study.curves(trained), panel])


def two_numbers_are_normalised_to_one():
    y = normalization.layer_norm(jnp.array([3.0, 5.0]), jnp.ones(2), jnp.zeros(2), 1e-12)
    np.testing.assert_allclose(y, [-1.0, 1.0], rtol=1e-5)


# The block


def pre_norm_for_post_norm(config, **options):
    """LayerNorm stands before each sub-layer, as in GPT-2, not behind the sum."""
    return Block(config, pre_norm=True, **options)


def look_at_pre_norm_for_post_norm(study: Study) -> Symptom:
    lab, trained = study.lab, study.trained
    ours = _sizes(lab.trace(trained[0].parameters))
    with study.mistake.applied():
        theirs = _sizes(lab.trace(trained[1].parameters))
    names = ["embeddings", *(f"layer {number}" for number in range(1, len(ours)))]
    label = "deviation within the last hidden vectors, trained with and without it"
    measurements = {
        "held_out": held_out_loss(trained),
        "size": Measurement(label, (ours[-1], theirs[-1])),
        **study.ported_weights(),
    }
    bars = Bars("deviation within the hidden vectors", names, (ours, theirs))
    return Symptom(measurements, "parity", [study.curves(trained), bars])


def _sizes(trace) -> list[float]:
    """The mean standard deviation within a hidden vector after every layer."""
    states = [states for name, states in trace.items() if name.startswith("layer ")]
    return [float(one.std(axis=-1).mean()) for one in states]


def a_block_ends_in_a_layer_norm():
    config = BertConfig(hidden_size=8, num_attention_heads=2, intermediate_size=16)
    x = jnp.array(np.random.default_rng(0).normal(5.0, 3.0, size=(3, 8)), jnp.float32)

    @jax.jit
    def run(x):
        block = stack.Block(config, rngs=nnx.Rngs(0), dtype=jnp.float32)
        return block(x, jnp.ones((1, 1, 1, 3), bool))[0]

    y = np.asarray(run(x))
    np.testing.assert_allclose(y.mean(axis=-1), 0.0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=-1), 1.0, rtol=1e-4)


# The poolers


def pooler_without_tanh(hidden_states, kernel, bias):
    """h_0 W + b."""
    return linear.linear(hidden_states[:, 0], kernel, bias)


def look_at_pooler_without_tanh(study: Study) -> Symptom:
    lab = study.lab
    factors = [2**power for power in range(9)]
    traces = study.both(lambda: lab.trace(lab.right().parameters)["pooled"])

    def largest():
        return [_largest_pooled(lab.scale.hidden, factor) for factor in factors]

    sides = study.both(largest)
    label = "largest pooled number, weights trained without the mistake"
    measurements = {
        "pooled": Measurement(label, [np.abs(one).max() for one in traces]),
        "parity": Measurement(
            "the pooled vectors: largest difference, relative", (0.0, relative_difference(*traces))
        ),
        "next": Measurement(
            "next sentence, held-out loss of these weights (nats)",
            study.both(lambda: lab.measure(lab.right().parameters)["nsp_loss"]),
            ".4f",
        ),
    }
    quantiles = np.linspace(0, 1, 201)
    sorted_ones = [np.quantile(one, quantiles) for one in traces]
    title = "numbers in the pooled vectors, sorted"
    curves = Curves(title, "part of them", quantiles, sorted_ones)
    title = "largest pooled number, random weights"
    panel = Curves(title, "factor on the hidden vectors", factors, sides, log_x=True, log_y=True)
    return Symptom(measurements, "parity", [curves, panel])


def _largest_pooled(hidden: int, factor: float) -> float:
    states = factor * jax.random.normal(jax.random.key(0), (32, 1, hidden))
    kernel = 0.02 * jax.random.normal(jax.random.key(1), (hidden, hidden))
    return float(jnp.abs(pooling.cls_pooling(states, kernel, jnp.zeros(hidden))).max())


def pooled_numbers_lie_between_minus_one_and_one():
    states = np.random.default_rng(0).normal(0.0, 100.0, size=(2, 3, 4))
    pooled = pooling.cls_pooling(jnp.array(states), jnp.eye(4), jnp.zeros(4))
    assert np.abs(pooled).max() <= 1.0, f"the largest is {np.abs(pooled).max():.1f}"


def mean_pooling_over_padding(hidden_states, attention_mask):
    """The mean over all places, padding among them."""
    return jnp.mean(hidden_states, axis=1)


MORE = (0, 2, 4, 8, 16)


def look_at_mean_pooling_over_padding(study: Study) -> Symptom:
    lab = study.lab
    batches = [padded(lab.held_out[0], more) for more in MORE]
    weights, last = lab.right().parameters, f"layer {lab.scale.layers}"
    states = [(lab.trace(weights, batch)[last], batch["attention_mask"]) for batch in batches]

    def vectors():
        pooled = [
            np.asarray(pooling.mean_pooling(jnp.asarray(hidden), jnp.asarray(mask)))
            for hidden, mask in states
        ]
        return [one / np.linalg.norm(one, axis=1, keepdims=True) for one in pooled]

    sides = study.both(vectors)
    cosines = [[float((side[0] * more).sum(axis=1).mean()) for more in side] for side in sides]
    accuracies = [[_retrieval_accuracy(side[0], more) for more in side] for side in sides]
    label = f"cosine of a pair's vector and its own with {MORE[-1]} tokens of padding more"
    label_retrieved = "the same pair is the nearest of all, when looked for with that padding"
    measurements = {
        "cosine": Measurement(label, [side[-1] for side in cosines], ".3f"),
        "retrieved": Measurement(label_retrieved, [side[-1] for side in accuracies], ".0%"),
    }
    title = "cosine of a vector and its own, padded"
    curves = Curves(title, "padding added (tokens)", MORE, cosines)
    bars = Bars(
        "found again among all pairs",
        [f"+{more}" for more in MORE],
        accuracies,
    )
    return Symptom(measurements, "cosine", [curves, bars])


def _retrieval_accuracy(documents: np.ndarray, queries: np.ndarray) -> float:
    """The part of the queries whose nearest document is their own."""
    nearest = (queries @ documents.T).argmax(axis=1)
    return float((nearest == np.arange(len(queries))).mean())


def more_padding_does_not_move_the_mean():
    states = np.random.default_rng(0).normal(size=(1, 3, 4))
    pooled = pooling.mean_pooling(jnp.array(states), jnp.array([[1, 1, 0]]))
    np.testing.assert_allclose(pooled, states[:, :2].mean(axis=1), rtol=1e-5)
