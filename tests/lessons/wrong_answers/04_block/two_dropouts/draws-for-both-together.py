"""One draw for both arrays joined, from the first key."""

import jax
import jax.numpy as jnp


def two_dropouts(attended, expanded, key_data, rate):
    first, _ = jax.random.split(jax.random.wrap_key_data(key_data))
    both = jnp.concatenate([attended.ravel(), expanded.ravel()])
    u = jax.random.uniform(first, both.shape, jnp.float32)
    both = jnp.where(u < rate, 0, both / (1 - rate))
    one, other = both[: attended.size], both[attended.size :]
    return one.reshape(attended.shape), other.reshape(expanded.shape)
