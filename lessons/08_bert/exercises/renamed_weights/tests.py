import numpy as np

from zen_transformer.grading import points


def arrays(rng, **shapes):
    """Random arrays; `__` in a name stands for a dot."""
    return {name.replace("__", "."): rng.normal(size=shape) for name, shape in shapes.items()}


@points(1)
def one_block(rng):
    """A table, a norm, an oblong kernel and a square one."""
    hidden, inner, rows = rng.permutation(np.arange(2, 7))[:3]
    yield (
        arrays(
            rng,
            embeddings__word_embeddings__weight=(rows, hidden),
            embeddings__LayerNorm__weight=hidden,
            embeddings__LayerNorm__bias=hidden,
            encoder__layer__0__intermediate__dense__weight=(inner, hidden),
            encoder__layer__0__intermediate__dense__bias=inner,
            encoder__layer__0__attention__self__query__weight=(hidden, hidden),
            encoder__layer__0__attention__self__query__bias=hidden,
        ),
    )


@points(1)
def an_old_file(rng):
    """gamma and beta."""
    hidden, inner = rng.permutation(np.arange(2, 7))[:2]
    yield (arrays(rng, embeddings__LayerNorm__gamma=hidden, embeddings__LayerNorm__beta=hidden),)
    yield (
        arrays(
            rng,
            encoder__layer__0__output__LayerNorm__gamma=hidden,
            encoder__layer__0__output__LayerNorm__beta=hidden,
            encoder__layer__0__output__dense__weight=(hidden, inner),
        ),
    )


@points(1)
def a_model_with_a_head(rng):
    """The prefix, what is no weight, copies, and names that only look like these."""
    hidden, vocab = rng.permutation(np.arange(3, 8))[:2]
    head = arrays(
        rng,
        bert__embeddings__position_embeddings__weight=(hidden, hidden),
        bert__pooler__dense__weight=(hidden, hidden),
        cls__predictions__bias=vocab,
        cls__predictions__transform__dense__weight=(hidden, hidden),
        cls__predictions__decoder__weight=(vocab, hidden),
        cls__predictions__decoder__bias=vocab,
        cls__seq_relationship__weight=(2, hidden),
    )
    yield (head | {"bert.embeddings.position_ids": np.arange(4)[None]},)
    yield (
        arrays(
            rng,
            colbert__linear__weight=(hidden, vocab),
            decoder__layer__0__output__dense__weight=(vocab, hidden),
            decoder__layer__0__reweighting__bias=hidden,
        ),
    )
