"""The key is split, used, and split again.

Named: key-split-again
"""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    key, used = jax.random.split(jax.random.wrap_key_data(key_data))
    u = jax.random.uniform(used, attended.shape, jnp.float32)
    first = jnp.where(u < rate, 0, attended / (1 - rate))
    key, used = jax.random.split(key)
    u = jax.random.uniform(used, expanded.shape, jnp.float32)
    return first, jnp.where(u < rate, 0, expanded / (1 - rate))
