import jax
import jax.numpy as jnp


def device_example_keys(seed: int, step: int, devices: int, examples: int) -> jax.Array:
    """Fold the step in, then the example's number in the whole batch."""
    key = jax.random.fold_in(jax.random.key(seed), step)
    numbers = jnp.arange(devices)[:, None] * examples + jnp.arange(examples)
    keys = [[jax.random.fold_in(key, number) for number in row] for row in numbers]
    return jnp.array([[jax.random.key_data(key) for key in row] for row in keys])
