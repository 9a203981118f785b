"""The keys are split, which in JAX is to fold in 0, 1, 2, … one by one."""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.fold_in(jax.random.key(seed), step)
    numbers = jax.numpy.arange(devices * examples)
    keys = jax.random.split(key, devices * examples)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
