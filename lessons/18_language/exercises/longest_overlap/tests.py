import numpy as np

from zen_transformer.grading import points


def ids(*texts):
    return [np.array(text) for text in texts]


def drawn(rng, vocab):
    """A sample and two documents of few different tokens, so that much agrees by chance."""
    tokens = rng.integers(12, 20), rng.integers(25, 40), rng.integers(10, 25)
    sample, *documents = (rng.integers(0, vocab, n) for n in tokens)
    return sample, documents


@points(1)
def by_hand():
    """4 7 7 9 in 1 7 7 9 2: three tokens from the second on; then nothing shared, then all."""
    yield np.array([4, 7, 7, 9]), ids([1, 7, 7, 9, 2])
    yield np.array([4, 4]), ids([1, 2, 3])
    yield np.array([5, 6, 7]), ids([5, 6, 7])


@points(1)
def what_only_looks_copied(rng):
    """Tokens with others between them, in another order, over the end of a document, 1 2 and 12."""
    one, two, three, four, other, more = rng.permutation(50)[:6].tolist()
    text = np.array([*range(60, 60 + rng.integers(1, 9)), one, two, three, four])
    yield text, ids([one, other, two, other, three, other, four, one, two])
    yield text, ids([four, three, two, one, more])
    yield np.array([other, *text, other]), ids([more, one, two], [three, four, more])
    yield np.array([more, more, one, two, more, three, four]), ids([three, four, other, one, two])
    yield np.array([1, 2, 3]), ids([12, 3], [4, 123])
    yield np.array([other, four]), ids([one, two, four])


@points(1)
def longer_texts(rng):
    """Drawn from few tokens."""
    for vocab in (4, 5, 3, 3):
        yield drawn(rng, vocab)
    sample, documents = drawn(rng, 4)
    begins = int(rng.integers(2, 5))
    copied = sample[begins : begins + 7]
    yield sample, [*documents, np.concatenate([documents[0], copied])]
    yield sample, [np.concatenate([copied[:4], [9], copied[2:]]), *documents]
