from zen_transformer.grading import points


def drawn(rng, batch, length, old_copy=False):
    """A head as if trained: no bias is 0, no scale 1."""
    hidden, vocab = int(rng.integers(3, 6)), int(rng.integers(6, 9))
    tensors = {
        "bert.embeddings.word_embeddings.weight": rng.normal(size=(vocab, hidden)),
        "cls.predictions.transform.dense.weight": rng.normal(size=(hidden, hidden)),
        "cls.predictions.transform.dense.bias": rng.normal(size=hidden),
        "cls.predictions.transform.LayerNorm.weight": 1.0 + 0.3 * rng.normal(size=hidden),
        "cls.predictions.transform.LayerNorm.bias": 0.3 * rng.normal(size=hidden),
        "cls.predictions.bias": rng.normal(size=vocab),
    }
    if old_copy:
        tensors["cls.predictions.decoder.weight"] = rng.normal(size=(vocab, hidden))
        tensors["cls.predictions.decoder.bias"] = rng.normal(size=vocab)
    return tensors, rng.normal(size=(batch, length, hidden)), float(rng.choice([1e-12, 1e-5, 1e-2]))


@points(1)
def one_token(rng):
    """A token alone."""
    yield drawn(rng, 1, 1)


@points(1)
def a_batch(rng):
    """Several sequences of several tokens."""
    yield drawn(rng, 2, int(rng.integers(3, 6)))


@points(1)
def an_old_copy_in_the_file(rng):
    """A decoder.weight that is not the table, and its bias."""
    yield drawn(rng, 1, int(rng.integers(2, 5)), old_copy=True)
