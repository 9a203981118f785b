import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.linear import Linear, linear


def test_two_inputs_two_outputs_by_hand():
    kernel = jnp.array([[1.0, 2.0], [3.0, 4.0]])
    y = linear(jnp.array([1.0, 2.0]), kernel, jnp.array([10.0, 20.0]))
    np.testing.assert_array_equal(y, [1 + 6 + 10, 2 + 8 + 20])


def test_same_as_torch_whose_kernels_are_transposed(torch):
    def theirs(x, kernel, bias):
        return torch.nn.functional.linear(x, kernel.T, bias)

    assert_same_as_torch(torch, linear, theirs, normal(2, 3, 4), normal(4, 5), normal(5))


@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 4)])
def test_with_the_transposed_gradient_value_and_derivatives_stay_the_same(shape):
    x, kernel, bias, dy = (
        jnp.asarray(normal(*dims), jnp.float32) for dims in (shape, (4, 5), (5,), (*shape[:-1], 5))
    )

    def fast(*arguments):
        return linear(*arguments, implementation="transposed_gradient")

    for f in (fast, jax.jit(fast)):
        for ours, theirs in zip(
            jax.tree.leaves((f(x, kernel, bias), jax.vjp(f, x, kernel, bias)[1](dy))),
            jax.tree.leaves((linear(x, kernel, bias), jax.vjp(linear, x, kernel, bias)[1](dy))),
            strict=True,
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    # Derivatives with one argument held fixed, and forwards.
    for fixed, free in (((kernel, bias), x), ((x, bias), kernel)):

        def of_one(f, value, fixed=fixed, first=free is x):
            return f(value, *fixed) if first else f(fixed[0], value, fixed[1])

        both = (jax.jvp(lambda v, f=f: of_one(f, v), (free,), (free,))[1] for f in (fast, linear))
        np.testing.assert_allclose(*both, rtol=1e-5, atol=1e-6)
        both = (jax.grad(lambda v, f=f: of_one(f, v).sum())(free) for f in (fast, linear))
        np.testing.assert_allclose(*both, rtol=1e-5, atol=1e-6)


def test_weights_start_normal_and_untruncated_and_biases_at_zero():
    layer = Linear(200, 500, stddev=0.02, rngs=nnx.Rngs(0), dtype=jnp.float32)
    kernel = np.asarray(layer.kernel[...])
    # A hundred thousand draws: the mean's deviation is 0.02/316, that of the spread 0.2%.
    assert abs(kernel.mean()) < 5 * 0.02 / np.sqrt(kernel.size)
    assert abs(kernel.std() / 0.02 - 1) < 0.012
    # Of a normal distribution 4.55% lie beyond two deviations; of a truncated one none.
    assert abs(np.mean(np.abs(kernel) > 0.04) - 0.0455) < 0.005
    np.testing.assert_array_equal(layer.bias[...], np.zeros(500))


def test_the_seed_decides_the_weights():
    first, again, other = (
        Linear(4, 4, stddev=1.0, rngs=nnx.Rngs(seed), dtype=jnp.float32).kernel[...]
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.any(first == other)
