import jax.numpy as jnp
import numpy as np
from flax import nnx
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.activations import gelu, gelu_new, relu
from zen_transformer.layers.feed_forward import FeedForward, feed_forward


def test_one_token_by_hand():
    # x W_1 + b_1 = [2 − 1, −2 + 1] → relu [1, 0] → [1·3 + 0·5 + 10]
    y = feed_forward(
        jnp.array([[2.0]]),
        jnp.array([[1.0, -1.0]]),
        jnp.array([-1.0, 1.0]),
        jnp.array([[3.0], [5.0]]),
        jnp.array([10.0]),
        relu,
    )
    np.testing.assert_array_equal(y, [[13.0]])


def test_same_as_torch(torch):
    functional = torch.nn.functional
    arrays = normal(2, 3, 4), normal(4, 6), normal(6), normal(6, 4), normal(4)
    pairs = (gelu, functional.gelu), (gelu_new, lambda x: functional.gelu(x, approximate="tanh"))
    for ours, theirs in pairs:
        assert_same_as_torch(
            torch,
            lambda *inputs, f=ours: feed_forward(*inputs, f),
            lambda x, k1, b1, k2, b2, f=theirs: functional.linear(
                f(functional.linear(x, k1.T, b1)), k2.T, b2
            ),
            *arrays,
        )


def test_the_module_applies_its_activation_and_treats_every_token_alike():
    module = FeedForward(
        4, 4, activation="gelu_new", stddev=0.5, rngs=nnx.Rngs(0), dtype=jnp.float32
    )
    x = jnp.asarray(normal(3, 4), jnp.float32)
    y = module(x)
    hidden = gelu_new(x @ module.input.kernel[...] + module.input.bias[...])
    np.testing.assert_allclose(y, hidden @ module.output.kernel[...], atol=1e-6)
    np.testing.assert_allclose(module(x[::-1]), y[::-1], atol=1e-6)
