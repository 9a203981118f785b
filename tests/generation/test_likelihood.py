import numpy as np
import pytest
from flax import nnx

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.generation.likelihood import BATCH_SIZE, token_nll

CONFIG = GPTConfig(
    vocab_size=11, n_positions=12, n_embd=8, n_layer=1, n_head=2, initializer_range=0.5
)


@pytest.fixture(scope="module")
def model():
    return GPTForCausalLM(CONFIG, rngs=nnx.Rngs(0))


@pytest.mark.slow
def test_each_text_is_read_as_if_it_were_alone(model):
    texts = [[3, 1, 4, 1, 5], [9], [], [2, 6, 2, 6, 1], *[[5, 3, 5, 8, 9]] * BATCH_SIZE]
    nlls = token_nll(model, texts)
    assert len(nlls) == len(texts)
    for text, rows in zip(texts, nlls, strict=True):
        if len(text) < 2:
            assert rows.shape == (0,)
            continue
        logits = np.asarray(model(np.array([text])).logits[0], np.float64)
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        expected = -np.log(p[np.arange(len(text) - 1), text[1:]])
        np.testing.assert_allclose(rows, expected, rtol=1e-5)


def test_nothing_to_read_and_too_much(model):
    assert token_nll(model, []) == []
    assert token_nll(model, [[1]])[0].shape == (0,)
    with pytest.raises(UserError, match="a text has 13 tokens, the model has 12 positions"):
        token_nll(model, [[1] * 13])
