import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.pytorch import normal
from tiny import tiny_config

from zen_transformer.layers.normalization import layer_norm
from zen_transformer.models.stack import Block, Stack

MASK = jnp.ones((2, 1, 1, 3), bool)
X = jnp.asarray(normal(2, 3, 8), jnp.float32)


def make_stack(**changes) -> Stack:
    return Stack(tiny_config(**changes), rngs=nnx.Rngs(0), dtype=jnp.float32)


def plain_norm(x):
    return layer_norm(x, jnp.ones(8), jnp.zeros(8), 1e-12)


def test_a_block_normalizes_after_each_residual():
    block, x = make_stack().layers[0], X.reshape(6, 8)
    attended, weights = block.attention(x, MASK)
    middle = plain_norm(x + attended)
    y, block_weights, *_ = block(x, MASK)
    np.testing.assert_allclose(y, plain_norm(middle + block.feed_forward(middle)), atol=1e-6)
    np.testing.assert_array_equal(block_weights, weights)


def test_blocks_that_add_nothing_only_normalize():
    stack = make_stack()
    for block in stack.layers:
        block.attention.output.kernel[...] = jnp.zeros((8, 8))
        block.feed_forward.output.kernel[...] = jnp.zeros((16, 8))
    states, *_ = stack(X, MASK)
    np.testing.assert_allclose(states[-1], plain_norm(X), atol=1e-6)


def test_gives_the_input_and_what_every_block_made_of_it():
    stack = make_stack()
    states, attentions, *_ = stack(X, MASK)
    assert (len(states), len(attentions)) == (3, 2)
    np.testing.assert_array_equal(states[0], X)
    x = X.reshape(6, 8)
    for block, state, weights in zip(stack.layers, states[1:], attentions, strict=True):
        x, block_weights, *_ = block(x, MASK)
        np.testing.assert_array_equal(state, x.reshape(2, 3, 8))
        np.testing.assert_array_equal(weights, block_weights)


def test_each_block_has_weights_of_its_own():
    first, second = (block.attention.query.kernel[...] for block in make_stack().layers)
    assert not np.any(first == second)


def test_dropout_differs_between_blocks_and_places():
    """With equal weights in both blocks, equal keys would drop equal entries."""
    stack = make_stack(attention_probs_dropout_prob=0.5, hidden_dropout_prob=0.0)
    first, second = stack(X, MASK, key=jax.random.key(0)).attentions
    assert np.any((first == 0) != (second == 0))


def test_a_block_drops_what_both_sub_layers_give():
    config = tiny_config(attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.999)
    block = Block(config, rngs=nnx.Rngs(0), dtype=jnp.float32)
    x = X.reshape(6, 8)
    # Nearly everything is dropped, so nearly only the residual is left.
    y = block(x, MASK, key=jax.random.key(0)).hidden
    np.testing.assert_allclose(y, plain_norm(x), atol=1e-5)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_what_is_computed_again_is_the_same():
    stack = Stack(tiny_config(), rngs=nnx.Rngs(0), dtype=jnp.float64)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 8)))
    mask, key = jnp.ones((2, 1, 1, 3), bool), jax.random.key(0)

    def value_and_gradient(rematerialize):
        stack.rematerialize = rematerialize
        graph, parameters = nnx.split(stack)

        def loss(parameters):
            return jnp.sum(nnx.merge(graph, parameters)(x, mask, key=key)[0][-1] ** 3)

        jaxpr = jax.make_jaxpr(jax.grad(loss))(parameters)
        return jax.value_and_grad(loss)(parameters), str(jaxpr).count("dot_general")

    (kept, kept_products), (again, products) = map(value_and_gradient, (False, True))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), kept, again)
    assert products > kept_products
