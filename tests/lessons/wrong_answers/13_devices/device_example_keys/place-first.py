"""number = place * devices + device.

Named: examples-dealt-in-turn
"""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.fold_in(jax.random.key(seed), step)
    numbers = (jax.numpy.arange(devices)[:, None] + jax.numpy.arange(examples) * devices).ravel()
    keys = jax.vmap(lambda n: jax.random.fold_in(key, n))(numbers)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
