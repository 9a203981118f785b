"""The step is not folded in.

Named: same-keys-in-every-step
"""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.key(seed)
    numbers = jax.numpy.arange(devices * examples)
    keys = jax.vmap(lambda n: jax.random.fold_in(key, n))(numbers)
    return jax.random.key_data(keys).reshape(devices, examples, 2)
