"""The batches of pretraining, each derived from the seed and its number alone."""

from collections.abc import Sequence

import numpy as np

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.tasks.bert.settings import PretrainingConfig
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def pairs_of(
    documents: TokenizedDocuments,
    tokenizer: WordPieceTokenizer,
    config: PretrainingConfig,
    mix: Sequence[float] | np.ndarray | None,
) -> SentencePairs:
    """The sentence pairs of some documents."""
    return SentencePairs(
        documents,
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
        short_fraction=config.short_fraction,
        mix=mix,
    )


def make_batch(
    pairs: SentencePairs,
    config: PretrainingConfig,
    length: int,
    seed: int,
    number: int,
    rows: Sequence[int] | None = None,
) -> dict[str, np.ndarray]:
    """A batch of pairs of this length, or only some of its rows."""
    draw = pairs.packed_batch if config.packing else pairs.batch
    return draw([seed, number], rows or range(config.rows(length)), length)


def evaluation_batches(
    documents: TokenizedDocuments,
    tokenizer: WordPieceTokenizer,
    config: PretrainingConfig,
    mix: Sequence[float] | np.ndarray | None,
    seed: int,
    length: int | None = None,
) -> list[dict[str, np.ndarray]]:
    """Batches of this length, or of the last stage's; for the same seed always the same."""
    pairs = pairs_of(documents, tokenizer, config, mix)
    length = length or config.lengths[-1]
    numbers = range(config.evaluation_batches)
    return [make_batch(pairs, config, length, seed + 1, number) for number in numbers]
