"""Speed of WordPiece and of the making of pretraining batches, on one core."""

import os
import time
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from zen_transformer.data.corpora import Document, read_corpus
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

SPEECHES, ROUNDS = 40, 5


@cache
def speeches() -> tuple[list[Document], WordPieceTokenizer]:
    """Read some speeches and train a tokenizer on them."""
    documents = list(islice(read_corpus("sotu"), SPEECHES))
    texts = (document.text for document in documents)
    return documents, WordPieceTokenizer.train(texts, vocab_size=8192)


def encoding_rates() -> tuple[float, float]:
    """Measure the MB/s of English text that this package and HuggingFace tokenize."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from transformers import BertTokenizerFast

    documents, tokenizer = speeches()
    texts = [document.text for document in documents]
    with TemporaryDirectory() as folder:
        tokenizer.save_pretrained(Path(folder))
        theirs = BertTokenizerFast.from_pretrained(folder)
    seconds = in_turns(
        lambda: [tokenizer.encode(text) for text in texts],
        lambda: [theirs(text) for text in texts],
    )
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    return megabytes / seconds[0], megabytes / seconds[1]


def pipeline_rate() -> float:
    """Measure the tokens/s of pretraining batches."""
    documents, tokenizer = speeches()
    pairs = SentencePairs(
        tokenize_documents(documents, tokenizer),
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
    )
    (seconds,) = in_turns(lambda: [pairs.batch([step], range(32), 128) for step in range(20)])
    return 20 * 32 * 128 / seconds


def in_turns(*functions: Callable[[], object]) -> list[float]:
    """Return the median seconds of each function, after a first time that is not counted."""
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS + 1):
        for function, times in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
    return [float(np.median(times[1:])) for times in seconds]
