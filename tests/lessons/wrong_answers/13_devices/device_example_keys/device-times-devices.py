"""number = device * devices + place.

Named: number-by-the-count-of-devices
"""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.fold_in(jax.random.key(seed), step)
    numbers = (jax.numpy.arange(devices)[:, None] * devices + jax.numpy.arange(examples)).ravel()
    keys = jax.vmap(lambda n: jax.random.fold_in(key, n))(numbers)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
