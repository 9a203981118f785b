"""Two vmaps with old-style keys."""

import jax


def device_example_keys(seed, step, devices, examples):
    key = jax.random.fold_in(jax.random.PRNGKey(seed), step)

    def one(device, place):
        return jax.random.fold_in(key, device * examples + place)

    over = jax.vmap(jax.vmap(one, (None, 0)), (0, None))
    return over(jax.numpy.arange(devices), jax.numpy.arange(examples))
