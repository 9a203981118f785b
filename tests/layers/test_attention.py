import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.attention import (
    MultiHeadAttention,
    attention_weights,
    join_heads,
    scaled_dot_product_attention,
    softmax,
    split_heads,
)


def qkv(batch=2, heads=2, length=3, keys=4, head_dim=2):
    """Random queries, keys and values."""
    shapes = (length, keys, keys)
    return [normal(batch, heads, n, head_dim, seed=i) for i, n in enumerate(shapes)]


attention = jax.jit(scaled_dot_product_attention, static_argnums=5)


def attend(query, key, value, mask, keep=None, rate=0.0):
    """Context and weights as NumPy arrays."""
    arrays = (np.asarray(x, np.float32) for x in (query, key, value))
    return jax.device_get(attention(*arrays, mask, keep, rate))


def everything(key):
    return np.ones((key.shape[0], 1, 1, key.shape[2]), bool)


# The weights


def test_softmax_by_hand():
    np.testing.assert_allclose(
        jax.jit(softmax)(np.log(np.float32([1, 3, 4]))), [1 / 8, 3 / 8, 1 / 2]
    )


def test_softmax_same_as_torch(torch):
    assert_same_as_torch(torch, softmax, lambda x: torch.softmax(x, -1), 3 * normal(2, 3, 5))


@jax.jit
def softmax_with_gradient(scores, flow):
    weights, pull_back = jax.vjp(softmax, scores)
    return weights, pull_back(flow)[0]


@given(
    st.lists(st.floats(-1e4, 1e4, width=32), min_size=3, max_size=3), st.floats(-1e4, 1e4, width=32)
)
def test_softmax_of_huge_scores_is_a_distribution_with_finite_gradient(scores, flow):
    flow = np.float32([flow, 0.0, 1.0])
    weights, gradient = jax.device_get(softmax_with_gradient(np.float32(scores), flow))
    np.testing.assert_allclose(weights.sum(), 1.0, rtol=1e-6)
    assert (weights >= 0).all()
    assert np.isfinite(gradient).all()


def test_scores_are_divided_by_the_root_of_the_head_dim():
    # Q Kᵀ = [2 ln 3, 0] and d = 4, so the scores are ln 3 and 0.
    query = np.float32([[[[2 * math.log(3.0), 0.0, 0.0, 0.0]]]])
    key = np.float32([[[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]]])
    weights = jax.jit(attention_weights)(query, key, everything(key))
    np.testing.assert_allclose(weights[0, 0], [[3 / 4, 1 / 4]], rtol=1e-6)


# One head after the other


def test_two_tokens_two_heads_by_hand():
    # Head 0 scores ln 3 and 0 for both queries, head 1 zero throughout.
    c = math.sqrt(2.0) * math.log(3.0)
    query = [[[[c, 0.0], [c, 5.0]], [[0.0, 0.0], [0.0, 0.0]]]]
    key = [[[[1.0, 0.0], [0.0, 0.0]], [[7.0, 7.0], [8.0, 8.0]]]]
    value = [[[[4.0, 0.0], [0.0, 8.0]], [[2.0, 0.0], [4.0, 6.0]]]]
    context, weights = attend(query, key, value, np.ones((1, 1, 1, 2), bool))
    np.testing.assert_allclose(weights[0, 0], [[0.75, 0.25]] * 2, rtol=1e-6)
    np.testing.assert_allclose(weights[0, 1], [[0.5, 0.5]] * 2, rtol=1e-6)
    np.testing.assert_allclose(context[0, 0], [[3.0, 2.0]] * 2, rtol=1e-6)
    np.testing.assert_allclose(context[0, 1], [[3.0, 3.0]] * 2, rtol=1e-6)


@pytest.mark.parametrize("shape", [(2, 1, 1, 4), (2, 1, 3, 4), (2, 2, 3, 4)])
def test_same_as_torch_with_a_mask(torch, shape):
    mask = np.random.default_rng(0).random(shape) < 0.6
    mask[..., 0] = True  # where nothing may be seen the two have different conventions

    def ours(query, key, value):
        return scaled_dot_product_attention(query, key, value, jnp.asarray(mask))[0]

    def theirs(query, key, value):
        return torch.nn.functional.scaled_dot_product_attention(
            query, key, value, torch.tensor(mask)
        )

    assert_same_as_torch(torch, ours, theirs, *qkv())


def test_what_is_hidden_changes_nothing():
    query, key, value = qkv()
    mask = everything(key)
    mask[..., 2:] = False
    context, weights = attend(query, key, value, mask)
    key[:, :, 2:], value[:, :, 2:] = 1e4, -1e4
    other, other_weights = attend(query, key, value, mask)
    np.testing.assert_array_equal(other, context)
    np.testing.assert_array_equal(other_weights, weights)
    np.testing.assert_array_equal(weights[..., 2:], np.zeros((2, 2, 3, 2)))


@given(st.integers(0, 3), st.sampled_from([1.0, 1e4]))
def test_the_only_visible_key_gets_all_the_weight(visible, size):
    query, key, value = qkv()
    mask = np.zeros((2, 1, 1, 4), bool)
    mask[..., visible] = True
    context, weights = attend(size * query, key, value, mask)
    np.testing.assert_array_equal(weights, np.broadcast_to(np.eye(4)[visible], (2, 2, 3, 4)))
    expected = np.broadcast_to(value[:, :, [visible]], context.shape)
    np.testing.assert_allclose(context, expected, rtol=1e-6)


def test_with_everything_hidden_weights_are_uniform_and_gradients_finite():
    mask = np.zeros((2, 1, 1, 4), bool)

    @jax.jit
    @partial(jax.grad, argnums=(0, 1, 2), has_aux=True)
    def gradients_and_weights(query, key, value):
        context, weights = scaled_dot_product_attention(query, key, value, jnp.asarray(mask))
        return context.sum(), weights

    gradients, weights = gradients_and_weights(*(np.float32(100 * x) for x in qkv()))
    np.testing.assert_array_equal(weights, np.full((2, 2, 3, 4), 0.25))
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_scores_of_ten_thousand_stay_finite():
    query, key, value = (
        np.array(x) for x in ([[[[1e4]]]], [[[[-1.0], [1.0]]]], [[[[3.0], [5.0]]]])
    )
    context, weights = attend(query, key, value, everything(key))
    np.testing.assert_array_equal(weights[0, 0], [[0.0, 1.0]])
    np.testing.assert_array_equal(context[0, 0], [[5.0]])


def test_a_single_token_looks_at_itself():
    query, key, value = qkv(length=1, keys=1)
    context, weights = attend(query, key, value, everything(key))
    np.testing.assert_array_equal(weights, np.ones((2, 2, 1, 1)))
    np.testing.assert_array_equal(context, np.float32(value))


def test_equal_keys_share_the_weight_equally():
    query, key, value = qkv()
    key[:, :, 3] = key[:, :, 1]
    _, weights = attend(query, key, value, everything(key))
    np.testing.assert_array_equal(weights[..., 3], weights[..., 1])


def test_dropout_falls_on_the_weights():
    query, key, value = qkv()
    keep = np.random.default_rng(0).random((2, 2, 3, 4)) < 0.5
    _, plain = attend(query, key, value, everything(key))
    context, weights = attend(query, key, value, everything(key), keep=keep, rate=0.5)
    np.testing.assert_allclose(weights, np.where(keep, 2 * plain, 0.0), rtol=1e-6)
    np.testing.assert_allclose(context, weights @ value, atol=1e-5)


# All heads


def test_a_head_is_a_stretch_of_the_hidden_vector():
    # Two sequences of three tokens, two heads.
    x = jnp.asarray(np.arange(24.0, dtype=np.float32).reshape(6, 4))
    heads = split_heads(x, batch=2, heads=2)
    np.testing.assert_array_equal(join_heads(heads), x)
    heads = np.asarray(heads)
    np.testing.assert_array_equal(heads[0, 0], [[0, 1], [4, 5], [8, 9]])
    np.testing.assert_array_equal(heads[1, 1], [[14, 15], [18, 19], [22, 23]])


def make_attention(heads=2, dropout_rate=0.0):
    return MultiHeadAttention(
        4, heads, dropout_rate=dropout_rate, stddev=0.7, rngs=nnx.Rngs(0), dtype=jnp.float32
    )


def run(module, x, key=None):
    """One sequence in which every token attends to every other one."""
    mask = np.ones((1, 1, 1, len(x)), bool)
    return jax.device_get(jax.jit(module)(np.float32(x), mask, key=key))


def test_two_tokens_two_heads_four_dims_by_hand():
    module = make_attention()
    for projection in (module.query, module.key, module.value, module.output):
        projection.kernel[...] = jnp.eye(4)
    module.query.kernel[...] = math.sqrt(2.0) * math.log(3.0) * jnp.eye(4)
    module.output.bias[...] = jnp.array([0.0, 10.0, 0.0, 20.0])
    # Token 0 speaks in head 0, token 1 in head 1. There each finds itself with score ln 3;
    # in the other head its query is zero and looks at both alike.
    x = [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    y, weights = run(module, x)
    np.testing.assert_allclose(weights[0, 0], [[0.75, 0.25], [0.5, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(weights[0, 1], [[0.5, 0.5], [0.25, 0.75]], rtol=1e-6)
    np.testing.assert_allclose(y, [[0.75, 10, 0.5, 20], [0.5, 10, 0.75, 20]], rtol=1e-6)


def test_same_as_torch_multi_head_attention(torch):
    mask = np.array([[1, 1, 1], [1, 1, 0]], bool)
    graph = nnx.graphdef(make_attention(heads=4))
    names = ("query", "key", "value", "output")

    def ours(x, *weights):
        parameters = {
            name: {"kernel": kernel, "bias": bias}
            for name, kernel, bias in zip(names, weights[::2], weights[1::2], strict=True)
        }
        output, _ = nnx.merge(graph, parameters)(x.reshape(6, 4), jnp.array(mask)[:, None, None])
        return output.reshape(2, 3, 4)

    def theirs(x, *weights):
        kernels, biases = [w.T for w in weights[::2]], weights[1::2]
        output, _ = torch.nn.functional.multi_head_attention_forward(
            *[x.transpose(0, 1)] * 3,
            embed_dim_to_check=4,
            num_heads=4,
            in_proj_weight=torch.cat(kernels[:3]),
            in_proj_bias=torch.cat(biases[:3]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=kernels[3],
            out_proj_bias=biases[3],
            key_padding_mask=torch.tensor(~mask),
        )
        return output.transpose(0, 1)

    weights = [normal(*shape, seed=i) for i in range(4) for shape in ((4, 4), (4,))]
    assert_same_as_torch(torch, ours, theirs, normal(2, 3, 4), *weights)


def test_without_positions_attention_does_not_know_the_order():
    module, x, order = make_attention(), normal(3, 4), np.array([2, 0, 1])
    np.testing.assert_allclose(run(module, x[order])[0], run(module, x)[0][order], atol=1e-6)


def test_dropout_needs_a_key_and_a_rate():
    x = normal(3, 4)
    _, plain = run(make_attention(dropout_rate=0.5), x)
    np.testing.assert_allclose(plain.sum(-1), np.ones((1, 2, 3)), rtol=1e-6)
    _, no_rate = run(make_attention(), x, key=jax.random.key(0))
    np.testing.assert_array_equal(no_rate, plain)
    _, dropped = run(make_attention(dropout_rate=0.5), x, key=jax.random.key(0))
    kept = dropped != 0
    assert 0 < kept.sum() < kept.size
    np.testing.assert_allclose(dropped[kept], 2 * plain[kept], rtol=1e-6)
