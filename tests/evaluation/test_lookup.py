"""Every word's most frequent tag, counted by hand."""

import pytest

from zen_transformer.data.tagged import TaggedSentences
from zen_transformer.evaluation.lookup import lookup_accuracy, normalized
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

LOWER = WordPieceTokenizer.train(["the cat can run"], vocab_size=40)
NOUN, VERB, OTHER = range(3)


def sentences(*pairs: tuple[str, list[int]]) -> TaggedSentences:
    return TaggedSentences([words.split() for words, _ in pairs], [tags for _, tags in pairs])


TRAIN = sentences(
    ("the can", [OTHER, NOUN]),
    ("The cat can run", [OTHER, NOUN, VERB, VERB]),
    ("cats can", [NOUN, VERB]),
    ("a run a run", [OTHER, NOUN, OTHER, VERB]),
)
# the: other; can: verb 2, noun 1; cat, cats: noun; run: verb 2, noun 1; a: other.
# Over all: other 4, noun 4, verb 4, so the first, noun.


@pytest.mark.parametrize(
    ("words", "tags", "right"),
    [
        ("THE can", [OTHER, VERB], 1.0),
        ("the can", [OTHER, NOUN], 0.5),
        ("run", [NOUN], 0.0),
        ("zebra", [NOUN], 1.0),
        ("zebra zebra cat", [VERB, NOUN, NOUN], 2 / 3),
    ],
)
def test_the_share_of_words_with_their_most_frequent_tag(words, tags, right):
    assert lookup_accuracy(TRAIN, sentences((words, tags)), LOWER) == pytest.approx(right)


def test_words_are_compared_as_the_tokenizer_sees_them():
    cased = WordPieceTokenizer(LOWER.vocabulary, lowercase=False)
    assert normalized("Café", LOWER) == "cafe" and normalized("Café", cased) == "Café"
    assert lookup_accuracy(TRAIN, sentences(("THE", [OTHER])), cased) == 0.0
