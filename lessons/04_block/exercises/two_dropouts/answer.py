import jax
import jax.numpy as jnp


def two_dropouts(
    attended: jax.Array, expanded: jax.Array, key_data: jax.Array, rate: float
) -> tuple[jax.Array, jax.Array]:
    key = jax.random.wrap_key_data(key_data)
    first, second = jax.random.split(key)

    def drop(x, key):
        keep = jax.random.uniform(key, x.shape, jnp.float32) >= rate
        return jnp.where(keep, x / (1 - rate), 0.0)

    return drop(attended, first), drop(expanded, second)
