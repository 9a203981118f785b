"""Models of more, or of fewer, tokens.  Hewitt 2021, "Initializing new word embeddings".

    T_new = mean of the rows of T            the vector of a token that was not there

So the logit of a new token is the mean of the old ones', without their biases. HuggingFace draws
new rows from a normal distribution about this mean, with 10⁻⁹ of the old rows' covariance; here
they are the mean itself.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from zen_transformer.errors import UserError, check_count
from zen_transformer.layers.precision import at_least_float32


def padded_size(tokens: int, pad_to_multiple_of: int | None) -> int:
    """Return the smallest multiple that holds so many tokens.

    Raises:
        UserError: a number that is none, or below 1.
    """
    check_count("new_num_tokens", tokens, 1)
    if pad_to_multiple_of is None:
        return tokens
    check_count("pad_to_multiple_of", pad_to_multiple_of, 1)
    return -(-tokens // pad_to_multiple_of) * pad_to_multiple_of


def resized(values: Float[Array, "..."], shape: tuple[int, ...]) -> Float[Array, "..."]:
    """Return a table [tokens, hidden] or a bias, [tokens] or [1, tokens], for another number of
    tokens: new rows of a table are the mean of the old, new entries of a bias 0, as in HuggingFace.

    Raises:
        UserError: the shapes differ in something else than the number of tokens.
    """
    of_marian = values.shape[0] == shape[0] == 1
    if not of_marian and values.shape[1:] != shape[1:]:
        raise UserError(f"a table of shape {values.shape} cannot become one of {shape}")
    new = 0.0 if of_marian or values.ndim == 1 else jnp.mean(at_least_float32(values), axis=0)
    kept = tuple(slice(min(old, size)) for old, size in zip(values.shape, shape, strict=True))
    return jnp.broadcast_to(new, shape).astype(values.dtype).at[kept].set(values[kept])
