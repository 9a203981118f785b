"""The equations of the Transformer in JAX, one file for each layer.

Every file opens with its equation. A pure function of arrays follows, then the Flax module that
owns the function's parameters. A reader who stops after the function has understood the layer.

Sizes carry the same names everywhere: `batch`, `length`, `heads`, `head_dim`, `hidden`
(= heads · head_dim), `intermediate` (the feed-forward's width), `vocab`.
"""
