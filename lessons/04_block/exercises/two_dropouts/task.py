import jax


def two_dropouts(
    attended: jax.Array, expanded: jax.Array, key_data: jax.Array, rate: float
) -> tuple[jax.Array, jax.Array]:
    """The two dropouts of a block, from one key.

        first, second = jax.random.split(key)
        m = 0 where jax.random.uniform(…, shape, jnp.float32) is below p, otherwise 1
        y = x · m / (1 − p)

    `attended` is dropped with draws from the first of the two keys, `expanded` with draws from
    the second.

    Args:
        attended: what attention gave, [tokens, hidden].
        expanded: what the feed-forward network gave, [tokens, hidden].
        key_data: the key as plain numbers: jax.random.wrap_key_data makes a key of them.
        rate: p.

    Returns:
        `attended` and `expanded`, dropped.
    """
    raise NotImplementedError
