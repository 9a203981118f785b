"""Comparison of a single equation with PyTorch."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Draw reproducible standard normal numbers in float64."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def assert_same_as_torch(torch, ours: Callable, theirs: Callable, *arrays: np.ndarray):
    """Check in float64 that both functions give the same result and the same gradients with respect
    to every array, for a random gradient of the result, so that no errors cancel."""
    expected_shape = theirs(*map(torch.tensor, arrays)).shape
    flow = normal(*expected_shape, seed=1)

    @jax.jit
    def value_and_gradients(*inputs):
        value, pull_back = jax.vjp(ours, *inputs)
        return value, pull_back(jnp.asarray(flow))

    with jax.enable_x64(True):
        value, gradients = value_and_gradients(*map(jnp.asarray, arrays))
    assert value.dtype == np.float64
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    expected = theirs(*tensors)
    expected_gradients = torch.autograd.grad(expected, tensors, torch.tensor(flow))
    np.testing.assert_allclose(value, expected.detach().numpy(), rtol=1e-11, atol=1e-12)
    for ours_, theirs_ in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(ours_, theirs_.numpy(), rtol=1e-11, atol=1e-12)
