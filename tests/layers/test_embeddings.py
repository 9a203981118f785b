import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.embeddings import BertEmbeddings, Embedding, embedding


def make_embeddings(dropout_rate=0.0):
    """All tables 4 × 4."""
    return BertEmbeddings(
        4,
        4,
        4,
        4,
        padding_id=0,
        epsilon=1e-12,
        dropout_rate=dropout_rate,
        stddev=1.0,
        rngs=nnx.Rngs(0),
        dtype=jnp.float32,
    )


def embed(module, ids, segments, positions=None, key=None):
    positions = [range(len(ids[0]))] if positions is None else positions

    @jax.jit
    def run(ids, positions, segments):
        return module(module.token(ids), positions, segments, key=key)

    return jax.device_get(run(*map(np.int32, (ids, positions, segments))))


def test_an_id_chooses_its_row():
    table = jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(embedding(table, jnp.array([[2, 0]])), [[[5, 6], [1, 2]]])


@given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_a_row_gets_one_gradient_for_every_time_its_id_occurs(ids):
    gradient = jax.grad(lambda table: embedding(table, jnp.array(ids)).sum())(jnp.zeros((5, 2)))
    np.testing.assert_array_equal(gradient[:, 0], np.bincount(ids, minlength=5))


def test_same_as_torch_with_repeated_ids(torch):
    ids = np.array([[3, 1, 3], [0, 3, 1]])

    def theirs(table):
        return torch.nn.functional.embedding(torch.tensor(ids), table)

    assert_same_as_torch(
        torch, lambda table: embedding(table, jnp.array(ids)), theirs, normal(5, 4)
    )


def test_the_pad_token_starts_at_zero_and_the_others_do_not():
    module = Embedding(4, 4, stddev=0.02, rngs=nnx.Rngs(0), dtype=jnp.float32, padding_id=3)
    zero = np.all(np.asarray(module.table[...]) == 0, axis=1)
    np.testing.assert_array_equal(zero, [False, False, False, True])


def test_the_three_tables_are_added_and_normalized():
    module = make_embeddings()
    module.token.table[...] = rows([0, 0], [4, 0], [0, 2], [0, 0])
    module.position.table[...] = rows([0, 1], [1, 1], [0, 0], [0, 0])
    module.segment.table[...] = rows([0, 0], [0, 9], [0, 0], [0, 0])
    module.norm.scale[...] = jnp.array([2.0, 3.0, 2.0, 3.0])
    module.norm.bias[...] = jnp.array([0.5, 0.0, 0.5, 0.0])
    # [4, 0] + [0, 1] + [0, 0] = [4, 1], whose deviations from the mean normalize to ±1;
    # [0, 2] + [1, 1] + [0, 9] = [1, 12], to ∓1.
    expected = rows([2.5, -3.0], [-1.5, 3.0])
    np.testing.assert_allclose(embed(module, [[1, 2]], [[0, 1]])[0], expected, rtol=1e-6)


def rows(*pairs):
    """Repeat each pair, to a width of four."""
    return jnp.array([[*pair, *pair] for pair in pairs], jnp.float32)


def test_positions_and_segments_matter():
    module = make_embeddings()
    x = embed(module, [[2, 2]], [[0, 0]])
    assert np.abs(x[0, 0] - x[0, 1]).max() > 0.1  # the same word in two places
    other = embed(module, [[2, 2]], [[0, 1]])
    np.testing.assert_array_equal(other[0, 0], x[0, 0])
    assert np.abs(other[0, 1] - x[0, 1]).max() > 0.1  # the same word in two sentences


def test_given_positions_are_used():
    module = make_embeddings()
    swapped = embed(module, [[2, 2]], [[0, 0]], positions=[[1, 0]])
    np.testing.assert_array_equal(swapped[:, ::-1], embed(module, [[2, 2]], [[0, 0]]))


def test_dropout_comes_after_the_normalization():
    module = make_embeddings(dropout_rate=0.5)
    x = embed(module, [[1, 2, 3]], [[0, 0, 0]])
    dropped = embed(module, [[1, 2, 3]], [[0, 0, 0]], key=jax.random.key(0))
    kept = dropped != 0
    assert 0 < kept.sum() < kept.size
    np.testing.assert_allclose(dropped[kept], 2 * x[kept], rtol=1e-6)
