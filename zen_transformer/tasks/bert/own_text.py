"""Masked words of texts of one's own: every token is read once, in rows that hold as many of a
document's tokens as fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key

from zen_transformer.data.corpora import Document
from zen_transformer.errors import UserError
from zen_transformer.layers.cross_entropy import WeightedSums, accuracy, cross_entropy
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.step import Batch, HostBatch


@dataclass(frozen=True)
class MaskedWordsObjective(PretrainingObjective):
    """Masked tokens alone, for a `BertForMaskedLM`."""

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the masked tokens."""
        return {"mlm_loss": batch["masked_weights"].sum()}

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the loss and the accuracy."""
        logits = nnx.merge(self.graph, parameters)(**self.inputs(batch), key=keys).logits
        words = logits, batch["masked_labels"], batch["masked_weights"]
        return {"mlm_loss": cross_entropy(*words)}, {"mlm_accuracy": accuracy(*words)}


def rows_of_text(
    documents: Iterable[Document], tokenizer: WordPieceTokenizer, length: int, rows: int
) -> list[HostBatch]:
    """Make batches of all documents.

    Args:
        documents: their texts.
        tokenizer: gives the ids.
        length: of a row, [CLS] and [SEP] included.
        rows: of a batch; the last one has rows without a word.

    Raises:
        UserError: there is no token at all.
    """
    texts = [tokenizer.text_ids(document.text) for document in documents]
    room = length - 2
    windows = [ids[at : at + room] for ids in texts for at in range(0, len(ids), room)]
    if not windows:
        raise UserError("the text has no word that the tokenizer keeps: give another one")
    surplus: list[list[int]] = [[]] * (-len(windows) % rows)
    filled = [[tokenizer.cls_id, *ids, tokenizer.sep_id] for ids in (*windows, *surplus)]
    return [
        _padded(filled[first : first + rows], tokenizer.pad_id, length)
        for first in range(0, len(filled), rows)
    ]


def _padded(rows: list[list[int]], pad_id: int, length: int) -> HostBatch:
    ids = np.full((len(rows), length), pad_id, np.int32)
    mask = np.zeros((len(rows), length), np.int32)
    for number, row in enumerate(rows):
        ids[number, : len(row)], mask[number, : len(row)] = row, 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
