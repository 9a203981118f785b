"""Every word's most frequent tag: the baseline of every tagger.

tag(w) = argmax_t count(w, t)        of the sentences learnt from; of equals the first tag
       = argmax_t count(t)           for a word that is not in them

Words are compared as the tokenizer normalizes them, so upper and lower case are one where they are
one for the model.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from zen_transformer.data.tagged import TaggedSentences
from zen_transformer.tokenizers.normalization import CHUNK
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def normalized(word: str, tokenizer: WordPieceTokenizer) -> str:
    """Return a word as the tokenizer sees it, such as in lower case."""
    return "".join(part.text for chunk in CHUNK.findall(word) for part in tokenizer.words(chunk))


def lookup_accuracy(
    train: TaggedSentences, test: TaggedSentences, tokenizer: WordPieceTokenizer
) -> float:
    """Return the share of the test words whose tag is the one that the lookup says."""
    key = cache(lambda word: normalized(word, tokenizer))  # most words occur often
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for words, tags in zip(train.words, train.tags, strict=True):
        for word, tag in zip(words, tags, strict=True):
            counts[key(word)][tag] += 1
    tables = {word: _most_frequent(tags) for word, tags in counts.items()}
    otherwise = _most_frequent(sum(counts.values(), Counter[int]()))
    right = [
        tables.get(key(word), otherwise) == tag
        for words, tags in zip(test.words, test.tags, strict=True)
        for word, tag in zip(words, tags, strict=True)
    ]
    return sum(right) / len(right)


def _most_frequent(counts: Mapping[int, int]) -> int:
    return max(counts, key=lambda tag: (counts[tag], -tag))
