import numpy as np

from zen_transformer.grading import points


def drawn(seed, batch, length, hidden, vocab, decoder=False):
    """A head as if trained: no bias is 0, no scale 1."""
    rng = np.random.default_rng(seed)
    tensors = {
        "bert.embeddings.word_embeddings.weight": rng.normal(size=(vocab, hidden)),
        "cls.predictions.transform.dense.weight": rng.normal(size=(hidden, hidden)),
        "cls.predictions.transform.dense.bias": rng.normal(size=hidden),
        "cls.predictions.transform.LayerNorm.weight": 1.0 + 0.3 * rng.normal(size=hidden),
        "cls.predictions.transform.LayerNorm.bias": 0.3 * rng.normal(size=hidden),
        "cls.predictions.bias": rng.normal(size=vocab),
    }
    if decoder:
        tensors["cls.predictions.decoder.weight"] = rng.normal(size=(vocab, hidden))
    return tensors, rng.normal(size=(batch, length, hidden)), 1e-12


@points(1)
def one_token():
    """Three numbers, four words."""
    yield drawn(0, 1, 1, 3, 4)


@points(1)
def a_batch():
    """Two sequences of three tokens."""
    yield drawn(1, 2, 3, 5, 7)


@points(1)
def an_old_copy_in_the_file():
    """A decoder.weight that is not the table."""
    yield drawn(2, 1, 2, 4, 6, decoder=True)
