"""Causal language modelling: the next token.  Radford et al. 2019, section 2.

    L = Σ_i −log p(w_i | w_1 … w_{i−1})          perplexity = exp(L / tokens)

The model reads w_1 … w_n and predicts at each position the token after it: the labels are the text
itself, shifted by one. So a text of n + 1 tokens gives n predictions at once.

A batch is made of windows of documents, drawn at random: every position of the text is equally
likely.
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
from zen_transformer.layers.cross_entropy import IGNORED, WeightedSums, accuracy, cross_entropy
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.training.step import Batch, HostBatch


def next_tokens(
    ids: Int[np.ndarray, "rows tokens"], lengths: Int[np.ndarray, " rows"]
) -> HostBatch:
    """Make `input_ids` and `attention_mask` of all tokens but the last, and `labels` of all tokens
    but the first [rows, tokens − 1].

    Args:
        ids: rows of tokens.
        lengths: how many tokens at the beginning of each row are text; the others are padding.
    """
    is_text = np.arange(ids.shape[1]) < lengths[:, None]
    return {
        "input_ids": np.where(is_text, ids, 0)[:, :-1].astype(np.int32),
        "attention_mask": is_text[:, :-1].astype(np.int32),
        "labels": np.where(is_text, ids, IGNORED)[:, 1:].astype(np.int32),
    }


class TextWindows:
    """Windows of documents.

    Args:
        documents: with at least one token each.
        end_id: the token that is appended to every document.
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
        """Return the tokens from `start` to `stop` of a document that ends with `end_id`."""
        first = self.documents.document_starts[document]
        length = self.lengths[document]
        ids = self.documents.ids[first + start : first + min(stop, length - 1)]
        return np.append(ids, self.end_id) if stop >= length else ids

    def texts(self) -> list[Int[np.ndarray, " tokens"]]:
        """Return all documents, each with `end_id` at its end."""
        return [self.tokens(number, 0, int(n)) for number, n in enumerate(self.lengths)]

    def batch(self, seed: Sequence[int], rows: Sequence[int], length: int) -> HostBatch:
        """Draw windows of `length` tokens to read. Each row follows from the seed and its number
        alone; all positions at which a window can begin are equally likely."""
        starts = np.maximum(self.lengths - length, 1)  # a short document is one window
        ends = np.cumsum(starts)
        windows = []
        for row in rows:
            number = int(np.random.default_rng([*seed, row]).integers(ends[-1]))
            document = int(np.searchsorted(ends, number, side="right"))
            windows.append((document, number - int(ends[document] - starts[document])))
        return self._windows(windows, length, len(rows))

    def in_order(self, length: int, rows: int) -> list[HostBatch]:
        """Return all documents in batches. Each token is predicted exactly once, from half a window
        of text or more where there is so much before it."""
        stride = max(length // 2, 1)
        windows = [
            (document, start)
            for document, tokens in enumerate(self.lengths)
            for start in range(0, max(int(tokens) - 1 - (length - stride), 1), stride)
        ]
        batches = []
        for first in range(0, len(windows), rows):
            chunk = windows[first : first + rows]
            batch = self._windows(chunk, length, rows)
            context = np.zeros(rows, int)  # tokens that the window before predicts
            context[: len(chunk)] = [length - stride if start else 0 for _, start in chunk]
            is_context = np.arange(length) < context[:, None]
            batch["labels"] = np.where(is_context, IGNORED, batch["labels"])
            batches.append(batch)
        return batches

    def _windows(self, windows: Sequence[tuple[int, int]], length: int, rows: int) -> HostBatch:
        """The batch of some windows, each a document and a start; the other rows are empty."""
        ids, lengths = np.zeros((rows, length + 1), np.int32), np.zeros(rows, int)
        for row, (document, start) in enumerate(windows):
            tokens = self.tokens(document, start, start + length + 1)
            ids[row, : len(tokens)], lengths[row] = tokens, len(tokens)
        return next_tokens(ids, lengths)


@dataclass(frozen=True)
class CausalLMObjective:
    """The next token, for a model that `nnx.split` took apart.

    Args:
        graph: the model's structure; its parameters come with each call.
        smoothing: ε of label smoothing (cross_entropy.py).
    """

    graph: nnx.GraphDef
    smoothing: float = 0.0

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Return the batch as it is: nothing about it is random."""
        return batch

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the tokens that are predicted."""
        return {"lm_loss": jnp.sum(batch["labels"] >= 0, dtype=jnp.float32)}

    def inputs(self, batch: Batch) -> dict[str, Any]:
        """Select the model's arguments from a batch."""
        return {name: values for name, values in batch.items() if name != "labels"}

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the loss, the accuracy and, where the loss is smoothed, the loss without that."""
        logits = nnx.merge(self.graph, parameters)(**self.inputs(batch), key=keys).logits
        weights = (batch["labels"] >= 0).astype(jnp.float32)
        predictions = logits, jnp.maximum(batch["labels"], 0), weights
        metrics = {"lm_accuracy": accuracy(*predictions)}
        if self.smoothing > 0.0:
            metrics["lm_loss_unsmoothed"] = cross_entropy(*predictions)
        return {"lm_loss": cross_entropy(*predictions, smoothing=self.smoothing)}, metrics
