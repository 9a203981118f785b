"""The equations of the Transformer in JAX, one file a piece.

Every file opens with its equation, then has a pure function of arrays, then the Flax
module that owns the function's parameters. Whoever stops after the function has
understood the piece.

Sizes carry the same names everywhere: `batch`, `length`, `heads`, `head_dim`, `hidden`
(= heads · head_dim), `intermediate` (the feed-forward's width), `vocab`.
"""
