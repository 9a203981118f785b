import numpy as np
import pytest

import zen_transformer as zen
from zen_transformer.data.labelled import Examples
from zen_transformer.evaluation.bag_of_words import bag_of_words_accuracy, word_sets
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS

TOKENIZER = zen.WordPieceTokenizer(list(SPECIAL_TOKENS))


def accuracy(train, test, classes=2, **options) -> float:
    """Examples are given as pairs of text and label."""
    splits = [Examples(*map(list, zip(*pairs, strict=True))) for pairs in (train, test)]
    return bag_of_words_accuracy(*splits, TOKENIZER, classes, **options)


def reviews(seed: int, count: int, marks=("dull", "fine")) -> list[tuple[str, int]]:
    """Words that say nothing, and one that says it all."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(marks), count)
    return [
        (" ".join([*(f"w{i}" for i in rng.integers(0, 30, 6)), marks[label]]), int(label))
        for label in labels
    ]


def test_words_of_a_text_count_once_and_as_the_tokenizer_normalizes_them():
    assert word_sets(["The FILM, the film!"], TOKENIZER) == [["the", "film", ",", "!"]]


@pytest.mark.slow
@pytest.mark.parametrize("marks", [("dull", "fine"), ("dull", "so-so", "fine", "great")])
def test_what_can_be_separated_is(marks):
    reached = accuracy(reviews(0, 120, marks), reviews(1, 60, marks), len(marks), penalty=0.1)
    assert reached == 1.0


def test_unknown_words_leave_the_majority():
    train = [("good", 1), ("good", 1), ("good good", 1), ("bad", 0), ("bad", 0)]
    test = [("never seen", 1), ("neither", 1), ("nor this", 0), ("", 1)]
    assert accuracy(train, test) == 0.75


@pytest.mark.slow
def test_words_seen_once_are_not_used():
    """Each text would be known by a word of its own; without those nothing tells them apart."""
    train = [(f"only{i}", i % 3 == 0) for i in range(9)]
    assert accuracy([(text, int(label)) for text, label in train], [("only0", 1)]) == 0.0


@pytest.mark.slow
def test_a_heavy_penalty_leaves_the_majority():
    train = [("fine", 1)] * 3 + [("dull", 0)] * 2
    assert accuracy(train, [("dull", 0)]) == 1.0
    assert accuracy(train, [("dull", 0)], penalty=1e4) == 0.0
