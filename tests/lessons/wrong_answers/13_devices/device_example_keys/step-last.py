"""The number is folded in before the step.

Named: number-folded-in-before-the-step
"""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.key(seed)
    numbers = jax.numpy.arange(devices * examples)
    keys = jax.vmap(lambda n: jax.random.fold_in(jax.random.fold_in(key, n), step))(numbers)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
