"""The next token.  Radford et al. 2019, section 2.

    L = Σ_i −log p(w_i | w_1 … w_{i−1})          perplexity = exp(L / tokens)

The model reads w_1 … w_n and is asked at each place for the token after it: the labels are the
text itself, one place on. So one text of n + 1 tokens asks n questions at once.

A batch is windows cut from documents at random: every place of the text is as likely as any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int, Key

from zen_transformer.data.corpora import Document
from zen_transformer.data.documents import TokenizedDocuments, split_lines, tokenize_documents
from zen_transformer.objectives.cross_entropy import WeightedSum, accuracy, cross_entropy
from zen_transformer.tokenizers.base import Tokenizer

Sums = dict[str, WeightedSum]
Batch = dict[str, np.ndarray]
IGNORED = -100
"""The label of a place that asks for nothing; HuggingFace's."""


def next_tokens(ids: Int[np.ndarray, "rows tokens"], lengths: Int[np.ndarray, " rows"]) -> Batch:
    """What the model reads and what it is asked: of rows of tokens, the first `lengths` of which
    are text, all but the last, and all but the first."""
    places = np.arange(ids.shape[1])
    real = places < lengths[:, None]
    return {
        "input_ids": np.where(real, ids, 0)[:, :-1].astype(np.int32),
        "attention_mask": real[:, :-1].astype(np.int32),
        "labels": np.where(real, ids, IGNORED)[:, 1:].astype(np.int32),
    }


class TextWindows:
    """Windows of documents, each of which ends with a token that says so.

    Args:
        documents: with at least one token each.
        end_id: the token that ends a document.
    """

    def __init__(self, documents: TokenizedDocuments, end_id: int):
        self.documents, self.end_id = documents, end_id
        self.lengths = np.diff(documents.document_starts) + 1
        self.ends = np.cumsum(self.lengths)

    @classmethod
    def from_documents(cls, documents: Iterable[Document], tokenizer: Tokenizer) -> "TextWindows":
        """Tokenize documents line by line, with the ends of the lines as text."""
        ids = tokenize_documents(documents, tokenizer, split=split_lines)
        return cls(ids, tokenizer.eos_id)

    def tokens(self, document: int, start: int, stop: int) -> Int[np.ndarray, " tokens"]:
        """The tokens from `start` to `stop` of a document, its end among them."""
        first = self.documents.document_starts[document]
        length = self.lengths[document]
        ids = self.documents.ids[first + start : first + min(stop, length - 1)]
        return np.append(ids, self.end_id) if stop >= length else ids

    def texts(self) -> list[Int[np.ndarray, " tokens"]]:
        """Whole documents, with their ends."""
        return [self.tokens(number, 0, int(n)) for number, n in enumerate(self.lengths)]

    def batch(self, seed: Sequence[int], rows: Sequence[int], length: int) -> Batch:
        """Windows of `length` tokens to read. Each row follows from the seed and its number alone;
        its place is drawn from all that a window can begin at."""
        ids = np.zeros((len(rows), length + 1), np.int32)
        lengths = np.zeros(len(rows), int)
        begins = np.maximum(self.lengths - length, 1)  # a short document is one window
        ends = np.cumsum(begins)
        for place, row in enumerate(rows):
            drawn = int(np.random.default_rng([*seed, row]).integers(ends[-1]))
            document = int(np.searchsorted(ends, drawn, side="right"))
            start = drawn - int(ends[document] - begins[document])
            found = self.tokens(document, start, start + length + 1)
            ids[place, : len(found)], lengths[place] = found, len(found)
        return next_tokens(ids, lengths)

    def whole(self, length: int, rows: int) -> list[Batch]:
        """All documents in batches, each token asked for exactly once, and with half a window of
        text before it where there is so much."""
        stride = max(length // 2, 1)
        windows = [
            (document, start)
            for document, tokens in enumerate(self.lengths)
            for start in range(0, max(int(tokens) - 1 - (length - stride), 1), stride)
        ]
        batches = []
        for at in range(0, len(windows), rows):
            ids = np.zeros((rows, length + 1), np.int32)
            lengths, known = np.zeros(rows, int), np.zeros(rows, int)
            for place, (document, start) in enumerate(windows[at : at + rows]):
                found = self.tokens(document, start, start + length + 1)
                ids[place, : len(found)], lengths[place] = found, len(found)
                known[place] = length - stride if start else 0
            batch = next_tokens(ids, lengths)
            asked_before = np.arange(length) < known[:, None]
            batch["labels"] = np.where(asked_before, IGNORED, batch["labels"])
            batches.append(batch)
        return batches


@dataclass(frozen=True)
class CausalLMObjective:
    """The next token, for a model that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
        smoothing: the part of what is right that is spread over all tokens (cross_entropy.py).
    """

    graph: nnx.GraphDef
    smoothing: float = 0.0

    def prepare(self, batch: dict[str, Array], keys: Key[Array, " examples"]) -> dict[str, Array]:
        """Nothing is drawn."""
        return batch

    def weights(self, batch: dict[str, Array]) -> dict[str, Float[Array, ""]]:
        """How many tokens are asked for."""
        return {"lm_loss": jnp.sum(batch["labels"] >= 0, dtype=jnp.float32)}

    def inputs(self, batch: dict[str, Array]) -> dict[str, Any]:
        """What the model gets of a batch."""
        return {name: values for name, values in batch.items() if name != "labels"}

    def __call__(
        self, parameters: Any, batch: dict[str, Array], keys: Key[Array, " examples"] | None
    ) -> tuple[Sums, Sums]:
        """The loss and the other metrics, as sums. Only the loss is smoothed."""
        logits = nnx.merge(self.graph, parameters)(**self.inputs(batch), key=keys).logits
        labels = jnp.maximum(batch["labels"], 0)
        counted = (batch["labels"] >= 0).astype(jnp.float32)
        asked = logits, labels, counted
        metrics = {"lm_accuracy": accuracy(*asked)}
        if self.smoothing > 0.0:
            metrics["lm_loss_unsmoothed"] = cross_entropy(*asked)
        return {"lm_loss": cross_entropy(*asked, smoothing=self.smoothing)}, metrics
