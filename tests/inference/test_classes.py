"""What a classifier's outputs mean, by `problem_type`: as HuggingFace's pipeline has it."""

import numpy as np
import pytest
from flax import nnx
from tiny import tiny_config

from zen_transformer import BertForSequenceClassification, WordPieceTokenizer
from zen_transformer.commands.classify import classify
from zen_transformer.inference.bert import class_probabilities, class_values

NAMES = ("good", "long", "new")
TEXTS = ("a b c", "c")


@pytest.fixture
def tokenizer():
    special = WordPieceTokenizer.special_tokens
    return WordPieceTokenizer([*special, *"abc", *(f"w{n}" for n in range(8 - len(special) + 5))])


def model(problem_type):
    config = tiny_config(num_labels=3, label_names=NAMES, problem_type=problem_type)
    return BertForSequenceClassification(config, rngs=nnx.Rngs(0))


def theirs(transformers, problem_type, folder, text):
    """What their pipeline says, by label."""
    opened = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pipeline = transformers.pipeline("text-classification", opened, tokenizer=tokenizer, top_k=None)
    # Where a model says so, their pipeline wants to be told of a regression.
    function = {"function_to_apply": "none"} if problem_type == "regression" else {}
    return {entry["label"]: entry["score"] for entry in pipeline([text], **function)[0]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "problem_type",
    [None, "single_label_classification", "multi_label_classification", "regression"],
)
def test_the_same_numbers_as_their_pipeline(transformers, tmp_path, tokenizer, problem_type):
    network = model(problem_type)
    network.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    encodings = [tokenizer.encode(text) for text in TEXTS]
    answers = class_values if problem_type == "regression" else class_probabilities
    for text, ours in zip(TEXTS, answers(network, tokenizer, encodings), strict=True):
        expected = theirs(transformers, problem_type, tmp_path, text)
        assert {label for label, _ in ours} == set(NAMES)
        for label, number in ours:
            np.testing.assert_allclose(number, expected[label], rtol=1e-4, atol=1e-6)


def test_a_regression_answers_with_its_numbers(tmp_path, tokenizer, capsys):
    network = model("regression")
    network.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    ((first, *_),) = class_values(network, tokenizer, [tokenizer.encode("a b")])
    classify(("a b",), tmp_path)
    assert capsys.readouterr().out.splitlines()[0] == f"  good       {first.value:.4g}   a b"
