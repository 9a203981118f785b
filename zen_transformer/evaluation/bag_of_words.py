"""Logistic regression on the words of a text without their order: the baseline of every text
classifier.

logits = Σ_{w in the text} θ_w + b           each word once; words that two texts or more have
L      = Σ_i cross-entropy_i + λ/2 ‖θ‖²      convex: one minimum, whatever the start
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from zen_transformer.data.labelled import Examples
from zen_transformer.layers.cross_entropy import cross_entropy
from zen_transformer.tokenizers.normalization import CHUNK
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def word_sets(texts: list[str], tokenizer: WordPieceTokenizer) -> list[list[str]]:
    """The different words of every text, normalized by the tokenizer."""
    return [
        list(dict.fromkeys(w.text for chunk in CHUNK.findall(t) for w in tokenizer.words(chunk)))
        for t in texts
    ]


def bag_of_words_accuracy(
    train: Examples,
    test: Examples,
    tokenizer: WordPieceTokenizer,
    classes: int,
    penalty: float = 1.0,
    iterations: int = 100,
) -> float:
    """Test accuracy of logistic regression on words, fitted by L-BFGS."""
    words = word_sets(train.texts, tokenizer)
    counts: dict[str, int] = {}
    for text in words:
        for word in text:
            counts[word] = counts.get(word, 0) + 1
    ids = {w: i for i, w in enumerate((w for w, n in counts.items() if n > 1), start=1)}

    def bags(texts: list[list[str]]) -> np.ndarray:
        known = [[ids[word] for word in text if word in ids] for text in texts]
        bag = np.zeros((len(texts), max(1, *map(len, known))), np.int32)
        for row, text in enumerate(known):
            bag[row, : len(text)] = text
        return bag

    def logits(parameters, bag):
        # Row 0 stands for "no word here".
        table = parameters["words"].at[0].set(0.0)
        return jnp.sum(table[bag], axis=1) + parameters["bias"]

    bag, labels = bags(words), jnp.array(train.labels)

    def loss(parameters):
        error = cross_entropy(logits(parameters, bag), labels, jnp.ones(len(labels)))
        return error.sum + 0.5 * penalty * jnp.sum(parameters["words"] ** 2)

    solver = optax.lbfgs()
    parameters = {"words": jnp.zeros((len(ids) + 1, classes)), "bias": jnp.zeros(classes)}

    def update(carry, _):
        parameters, state = carry
        value, gradient = optax.value_and_grad_from_state(loss)(parameters, state=state)
        updates, state = solver.update(
            gradient, state, parameters, value=value, grad=gradient, value_fn=loss
        )
        return (optax.apply_updates(parameters, updates), state), value

    start = parameters, solver.init(parameters)
    (parameters, _), _ = jax.jit(lambda c: jax.lax.scan(update, c, None, iterations))(start)
    guesses = jnp.argmax(logits(parameters, bags(word_sets(test.texts, tokenizer))), axis=-1)
    return float(jnp.mean(guesses == jnp.array(test.labels)))
