import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.layers.masks import padding_mask


@pytest.mark.parametrize("dtype", [bool, jnp.int32, jnp.float32])
def test_padding_is_hidden_from_every_query_of_every_head(dtype):
    mask = padding_mask(jnp.array([[1, 1, 0], [1, 0, 0]], dtype))
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask, [[[[True, True, False]]], [[[True, False, False]]]])
