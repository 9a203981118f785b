import jax


def device_example_keys(seed: int, step: int, devices: int, examples: int) -> jax.Array:
    """A key for each example of a step, wherever it lies.

        number = device · examples + place on the device
        key = fold_in(fold_in(key(seed), step), number)

    So an example has the same key on however many devices the batch lies.

    Args:
        seed: of the training.
        step: the number of the step.
        devices: how many there are.
        examples: how many examples each of them has.

    Returns:
        The keys' data (`jax.random.key_data`), whole numbers, [devices, examples, 2].
    """
    raise NotImplementedError
