import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.pooling import cls_pooling, make_pooler, max_pooling, mean_pooling

# Two sequences of three tokens; the second has two real ones and then padding.
HIDDEN = jnp.array(
    [[[1.0, -1.0], [2.0, -2.0], [6.0, -3.0]], [[-1.0, 0.0], [-3.0, 4.0], [99.0, 99.0]]]
)
MASK = jnp.array([[1, 1, 1], [1, 1, 0]])


def test_mean_over_the_real_tokens():
    np.testing.assert_array_equal(mean_pooling(HIDDEN, MASK), [[3.0, -2.0], [-2.0, 2.0]])


def test_max_over_the_real_tokens():
    # −1 is the largest of −1 and −3: masking with zeros instead of −∞ would say 0.
    np.testing.assert_array_equal(max_pooling(HIDDEN, MASK), [[6.0, -1.0], [-1.0, 4.0]])


def test_cls_looks_at_the_first_token_only():
    kernel, bias = jnp.array([[0.0, 1.0], [1.0, 0.0]]), jnp.array([0.5, 0.0])
    expected = np.tanh([[-1 + 0.5, 1.0], [0 + 0.5, -1.0]])
    np.testing.assert_allclose(cls_pooling(HIDDEN, kernel, bias), expected, rtol=1e-6)


@pytest.mark.parametrize("pool", [mean_pooling, max_pooling])
def test_a_sequence_without_tokens_gives_zeros(pool):
    np.testing.assert_array_equal(pool(HIDDEN, jnp.zeros((2, 3))), np.zeros((2, 2)))


@pytest.mark.parametrize("pool", [mean_pooling, max_pooling])
def test_more_padding_changes_nothing(pool):
    hidden = jnp.pad(HIDDEN, ((0, 0), (0, 4), (0, 0)), constant_values=7.0)
    mask = jnp.pad(MASK, ((0, 0), (0, 4)))
    np.testing.assert_array_equal(pool(hidden, mask), pool(HIDDEN, MASK))


def test_same_as_torch(torch):
    mask = np.array([[1, 1, 1, 0], [1, 0, 0, 0]])
    hidden_mask = torch.tensor(mask == 0)[:, :, None]

    def theirs_mean(x):
        return x.masked_fill(hidden_mask, 0.0).sum(1) / torch.tensor(mask).sum(1)[:, None]

    def theirs_max(x):
        return x.masked_fill(hidden_mask, -torch.inf).amax(1)

    def theirs_cls(x, kernel, bias):
        return torch.tanh(torch.nn.functional.linear(x[:, 0], kernel.T, bias))

    x = normal(2, 4, 3)
    assert_same_as_torch(torch, lambda x: mean_pooling(x, jnp.array(mask)), theirs_mean, x)
    assert_same_as_torch(torch, lambda x: max_pooling(x, jnp.array(mask)), theirs_max, x)
    assert_same_as_torch(torch, cls_pooling, theirs_cls, x, normal(3, 3), normal(3))


def test_poolers_by_name():
    weights = {"stddev": 1.0, "rngs": nnx.Rngs(0), "dtype": jnp.float32}
    cls = make_pooler("cls", 2, **weights)
    expected = cls_pooling(HIDDEN, cls.dense.kernel[...], cls.dense.bias[...])
    np.testing.assert_array_equal(cls(HIDDEN, MASK), expected)
    for name, pool in (("mean", mean_pooling), ("max", max_pooling)):
        pooler = make_pooler(name, 2, **weights)
        np.testing.assert_array_equal(pooler(HIDDEN, MASK), pool(HIDDEN, MASK))
