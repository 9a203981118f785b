"""The device and then the place is folded in.

Named: keys-depend-on-the-devices
"""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.fold_in(jax.random.key(seed), step)
    numbers = jax.numpy.arange(devices * examples)
    keys = jax.vmap(
        lambda n: jax.random.fold_in(jax.random.fold_in(key, n // examples), n % examples)
    )(numbers)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
