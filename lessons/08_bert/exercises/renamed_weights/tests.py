import numpy as np

from zen_transformer.grading import points


def arrays(seed, **shapes):
    """Random arrays; `__` in a name stands for a dot."""
    rng = np.random.default_rng(seed)
    return {name.replace("__", "."): rng.normal(size=shape) for name, shape in shapes.items()}


@points(1)
def one_block():
    """A table, a norm, an oblong kernel and a square one."""
    yield (
        arrays(
            0,
            embeddings__word_embeddings__weight=(5, 2),
            embeddings__LayerNorm__weight=2,
            embeddings__LayerNorm__bias=2,
            encoder__layer__0__intermediate__dense__weight=(3, 2),
            encoder__layer__0__intermediate__dense__bias=3,
            encoder__layer__0__attention__self__query__weight=(2, 2),
            encoder__layer__0__attention__self__query__bias=2,
        ),
    )


@points(1)
def an_old_file():
    """gamma and beta."""
    yield (arrays(1, embeddings__LayerNorm__gamma=3, embeddings__LayerNorm__beta=3),)
    yield (
        arrays(
            2,
            encoder__layer__0__output__LayerNorm__gamma=4,
            encoder__layer__0__output__LayerNorm__beta=4,
            encoder__layer__0__output__dense__weight=(4, 6),
        ),
    )


@points(1)
def a_model_with_a_head():
    """The prefix, what is no weight, and copies."""
    head = arrays(
        3,
        bert__embeddings__position_embeddings__weight=(4, 4),
        bert__pooler__dense__weight=(4, 4),
        cls__predictions__bias=7,
        cls__predictions__transform__dense__weight=(4, 4),
        cls__predictions__decoder__weight=(7, 4),
        cls__predictions__decoder__bias=7,
        cls__seq_relationship__weight=(2, 4),
    )
    yield (head | {"bert.embeddings.position_ids": np.arange(4)[None]},)
