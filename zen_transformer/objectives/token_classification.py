"""Tags of words.  Devlin et al. 2019, section 5.3.

    L = −Σ_i Σ_t w_it log softmax(h_it W + b)_{y_it}       h_it: the vector of token t of sentence i

w_it is 1 at the first piece of each word, 0 at its other pieces, at [CLS], [SEP] and padding; the
mean is over all words of the batch. In a batch y_it is −100 where w_it is 0, as in HuggingFace.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from zen_transformer.data.tagged import TaggedSentences
from zen_transformer.layers.cross_entropy import (
    IGNORED,
    WeightedSum,
    WeightedSums,
    accuracy,
    cross_entropy,
)
from zen_transformer.objectives.labelled_batches import EncodedBatches, EncodedObjective
from zen_transformer.tokenizers.encoding import WordEncoding
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.step import Batch


@dataclass(frozen=True)
class TokenClassificationObjective(EncodedObjective):
    """Cross-entropy of a tagger that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
    """

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the first pieces of words."""
        return {"loss": jnp.sum((batch["labels"] != IGNORED).astype(jnp.float32))}

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the loss, and the accuracy over all words: those that were cut off have no loss
        and count as wrong."""
        logits = self.logits(parameters, batch, keys)
        counted = batch["labels"] != IGNORED
        labels = jnp.where(counted, batch["labels"], 0)
        rows = logits, labels, counted.astype(jnp.float32)
        right, words = accuracy(*rows)
        cut = jnp.sum(batch["cut"].astype(jnp.float32))
        return {"loss": cross_entropy(*rows)}, {"accuracy": WeightedSum(right, words + cut)}


class WordLabels(NamedTuple):
    """What is to be learnt of a sentence."""

    labels: list[int]
    """Of each token, `IGNORED` for those that are no first pieces."""
    cut: int
    """Number of words without a piece."""


def word_labels(encoding: WordEncoding, tags: list[int]) -> WordLabels:
    """Put each word's tag at its first piece.

    Args:
        encoding: of the sentence.
        tags: the number of each word's tag.
    """
    labels = [IGNORED] * len(encoding)
    for place, tag in zip(encoding.first_pieces, tags, strict=True):
        if place is not None:
            labels[place] = tag
    return WordLabels(labels, encoding.first_pieces.count(None))


class TaggedBatches(EncodedBatches):
    """Batches of sentences whose words have tags; besides the ids `labels` [batch, length] and the
    number of words without a piece, `cut` [batch]. A row that only fills the batch has no word.

    Args:
        sentences: words and the numbers of their tags.
        tokenizer: splits the words into pieces.
        batch_size: rows of a batch.
        max_length: longer sentences are truncated to so many tokens.
    """

    def __init__(
        self,
        sentences: TaggedSentences,
        tokenizer: WordPieceTokenizer,
        batch_size: int,
        max_length: int,
    ):
        encoded = [tokenizer.encode_words(words, max_length) for words in sentences.words]
        labels = [word_labels(*pair) for pair in zip(encoded, sentences.tags, strict=True)]
        encodings = [one.encoding for one in encoded]
        super().__init__(encodings, labels, tokenizer.pad_id, batch_size, max_length)

    def targets(self, rows: np.ndarray, counting: int, width: int) -> dict[str, np.ndarray]:
        labels = np.full((len(rows), width), IGNORED, np.int32)
        cut = np.zeros(len(rows), np.int32)
        for number, row in enumerate(rows[:counting]):
            of_tokens, cut[number] = self.labels[row]
            labels[number, : len(of_tokens)] = of_tokens
        return {"labels": labels, "cut": cut}
