import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.heads import MaskedLMHead, tied_logits


def make_head():
    return MaskedLMHead(
        5, 4, activation="gelu", epsilon=1e-12, stddev=0.5, rngs=nnx.Rngs(0), dtype=jnp.float32
    )


def test_a_word_whose_vector_points_the_same_way_wins():
    table = jnp.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    logits = tied_logits(jnp.array([[3.0, 1.0]]), table, jnp.array([0.0, 0.5, 0.0]))
    np.testing.assert_array_equal(logits, [[3.0, 1.5, -3.0]])


def test_same_as_torch(torch):
    """The whole head, with gradients into the shared table as well."""
    functional = torch.nn.functional
    graph = nnx.graphdef(make_head())

    def ours(hidden, table, kernel, bias, scale, shift, vocab_bias):
        parameters = {
            "dense": {"kernel": kernel, "bias": bias},
            "norm": {"scale": scale, "bias": shift},
            "bias": vocab_bias,
        }
        return nnx.merge(graph, parameters)(hidden, table)

    def theirs(hidden, table, kernel, bias, scale, shift, vocab_bias):
        transformed = functional.gelu(functional.linear(hidden, kernel.T, bias))
        transformed = functional.layer_norm(transformed, (4,), scale, shift, 1e-12)
        return functional.linear(transformed, table, vocab_bias)

    arrays = normal(2, 3, 4), normal(5, 4), normal(4, 4), normal(4), normal(4, seed=1)
    assert_same_as_torch(torch, ours, theirs, *arrays, normal(4, seed=2), normal(5))


def test_owns_no_copy_of_the_table():
    shapes = jax.tree.map(lambda leaf: leaf.shape, nnx.to_pure_dict(nnx.state(make_head())))
    assert shapes == {
        "dense": {"kernel": (4, 4), "bias": (4,)},
        "norm": {"scale": (4,), "bias": (4,)},
        "bias": (5,),
    }
