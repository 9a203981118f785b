import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.pytorch import assert_same_as_torch

from zen_transformer.layers.activations import ACTIVATIONS, gelu, gelu_new, relu

WIDE = np.linspace(-6.0, 6.0, 241) + 0.003  # beside the kink of relu, not on it


def test_gelu_is_x_times_the_normal_distribution():
    # Φ(1) = 0.84134475, Φ(−1) = 0.15865525, Φ(2) = 0.97724987
    y = gelu(jnp.array([-1.0, 0.0, 1.0, 2.0]))
    np.testing.assert_allclose(y, [-0.15865525, 0.0, 0.84134475, 2 * 0.97724987], rtol=1e-6)


def test_gelu_new_is_the_tanh_approximation():
    # √(2/π)·1.044715 = 0.83355938, tanh of it 0.68238398
    np.testing.assert_allclose(gelu_new(jnp.array([1.0])), [0.5 * 1.68238398], rtol=1e-6)


def test_relu_cuts_at_zero():
    np.testing.assert_array_equal(relu(jnp.array([-2.0, 0.0, 3.0])), [0.0, 0.0, 3.0])


@pytest.mark.usefixtures("float64")
def test_the_approximation_is_off_by_up_to_five_ten_thousandths():
    difference = np.abs(gelu(jnp.asarray(WIDE)) - gelu_new(jnp.asarray(WIDE))).max()
    assert 4e-4 < difference < 5e-4


def test_same_as_torch(torch):
    functional = torch.nn.functional
    assert_same_as_torch(torch, gelu, functional.gelu, WIDE)
    assert_same_as_torch(torch, relu, functional.relu, WIDE)
    assert_same_as_torch(torch, gelu_new, lambda x: functional.gelu(x, approximate="tanh"), WIDE)


@given(st.floats(-30.0, 30.0, width=32))
def test_gelu_of_x_minus_gelu_of_minus_x_is_x(x):
    # x Φ(x) + x Φ(−x) = x, since Φ(x) + Φ(−x) = 1
    y = gelu(jnp.float32(x)) - gelu(jnp.float32(-x))
    np.testing.assert_allclose(y, x, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_large_inputs_pass_or_vanish_with_finite_gradients(name):
    for size in (1e4, 1e30, 3e38):  # the cube of the last two is no float32
        x = jnp.array([-size, size])
        np.testing.assert_array_equal(ACTIVATIONS[name](x), [0.0, jnp.float32(size)])
        gradient = jax.grad(lambda x: ACTIVATIONS[name](x).sum())(x)
        np.testing.assert_array_equal(gradient, [0.0, 1.0])
