"""The same keys on every device.

Named: same-key-on-every-device
"""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.fold_in(jax.random.key(seed), step)
    numbers = jax.numpy.tile(jax.numpy.arange(examples), devices)
    keys = jax.vmap(lambda n: jax.random.fold_in(key, n))(numbers)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
