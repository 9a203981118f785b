import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.layers.attention import softmax
from zen_transformer.layers.normalization import layer_norm
from zen_transformer.layers.precision import at_least_float32


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_widening_ends_at_float32(dtype):
    assert at_least_float32(jnp.ones(2, dtype)).dtype == jnp.float32


@pytest.mark.usefixtures("float64")
def test_float64_stays():
    assert at_least_float32(jnp.ones(2, jnp.float64)).dtype == jnp.float64


def test_a_softmax_of_many_in_bfloat16_adds_up_to_one():
    weights = softmax(jnp.zeros(1000, jnp.bfloat16))
    assert weights.dtype == jnp.bfloat16
    np.testing.assert_allclose(weights.astype(float), 1e-3, rtol=1 / 256)


def test_a_layer_norm_in_bfloat16_is_that_of_float32_rounded():
    x = jnp.asarray(np.random.default_rng(0).normal(size=4096) + 3.0, jnp.bfloat16)
    scale, bias = jnp.ones(4096, jnp.bfloat16), jnp.zeros(4096, jnp.bfloat16)
    normalized = layer_norm(x, scale, bias, 1e-12)
    expected = layer_norm(*(array.astype(jnp.float32) for array in (x, scale, bias)), 1e-12)
    assert normalized.dtype == jnp.bfloat16
    np.testing.assert_array_equal(normalized, expected.astype(jnp.bfloat16))
