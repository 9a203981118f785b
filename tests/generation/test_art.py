import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from zen_transformer import ByteLevelBPETokenizer, GPTConfig, GPTForCausalLM, UserError
from zen_transformer.generation.art import PICTURES, save_pictures
from zen_transformer.generation.reading import Reading, read

TEXT = "And the sea\nis calm tonight, the tide is full."


@pytest.fixture(scope="module")
def tokenizer():
    return ByteLevelBPETokenizer.train([TEXT], vocab_size=270)


@pytest.fixture(scope="module")
def model(tokenizer):
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, n_positions=64, n_embd=8, n_layer=2, n_head=2
    )
    return GPTForCausalLM(config, rngs=nnx.Rngs(0))


@pytest.fixture(scope="module")
def reading(model, tokenizer) -> Reading:
    return read(model, tokenizer, TEXT)


def test_what_is_read_is_what_the_model_says(model, tokenizer, reading):
    ids = np.array([tokenizer.text_ids(TEXT)])
    output = model(ids, output_hidden_states=True, output_attentions=True)
    log_p = output.logits[0] - jnp.log(jnp.sum(jnp.exp(output.logits[0]), -1, keepdims=True))
    expected = [-log_p[i, token] for i, token in enumerate(ids[0, 1:])]
    np.testing.assert_allclose(reading.surprise, [0.0, *expected], atol=1e-4)
    np.testing.assert_allclose(reading.attentions, np.stack(output.attentions)[:, 0], atol=1e-5)
    assert "".join(reading.tokens) == TEXT
    assert reading.hidden_states.shape == (3, ids.shape[1], 8)


def test_the_same_text_gives_the_same_bytes(reading, tmp_path):
    first, again = (save_pictures(reading, tmp_path / name, tuple(PICTURES)) for name in "ab")
    assert [path.name for path in first] == [
        f"{name}.{kind}" for name in ("rosette", "stroke", "ink") for kind in ("svg", "png")
    ]
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_weight_is_a_chord_and_a_token_a_dot(reading):
    loud = reading._replace(attentions=np.zeros_like(reading.attentions))
    loud.attentions[0, :, 5, 2] = 1.0
    axes = PICTURES["rosette"](loud).axes[0]
    assert len(axes.patches) == 1 + len(reading.tokens)
    assert len(axes.texts) == len(reading.tokens)


def test_the_text_is_written_whole(reading):
    axes = PICTURES["ink"](reading).axes[0]
    written = "".join(text.get_text() for text in axes.texts)
    assert written.replace(" ", "") == TEXT.replace(" ", "").replace("\n", "")
    inks = [text.get_alpha() for text in axes.texts]
    assert inks[0] == min(inks)  # nothing surprises at the beginning


@pytest.mark.parametrize("count", [2, 3, 63])
def test_texts_of_any_length_can_be_drawn(model, tokenizer, count):
    text = ("A b c " * 40)[:count]
    for draw in PICTURES.values():
        draw(read(model, tokenizer, text))


@pytest.mark.parametrize("text", ["", "A"])
def test_a_text_that_is_no_text_is_named(model, tokenizer, text):
    with pytest.raises(UserError, match="give at least two"):
        read(model, tokenizer, text)
