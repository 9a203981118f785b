"""fold_in of the number first, and of the step second."""

import jax
import jax.numpy as jnp


def device_example_keys(seed, step, devices, examples):
    key = jax.random.key(seed)
    numbers = jnp.arange(devices * examples).reshape(devices, examples)

    def one(n):
        return jax.random.key_data(jax.random.fold_in(jax.random.fold_in(key, n), step))

    return jax.vmap(jax.vmap(one))(numbers)
