"""Answers of a model whose weights are numbers, and its answers none."""

import jax.numpy as jnp
import pytest
from tiny import build

from zen_transformer import BertForSequenceClassification, UserError, WordPieceTokenizer
from zen_transformer.inference.bert import classifications


def test_an_answer_that_is_not_a_number_is_an_error():
    tokenizer = WordPieceTokenizer.train(["a cat and a dog"], 40)
    model = build(BertForSequenceClassification, vocab_size=tokenizer.vocab_size)
    kernel = model.classifier.kernel
    kernel[...] = jnp.full_like(kernel[...], 3e38)
    with pytest.raises(UserError, match="the model's answer is infinite or not a number"):
        classifications(model, tokenizer, ["a cat"])
