from io import BytesIO

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from matplotlib.patches import Circle, Polygon

from zen_transformer import ByteLevelBPETokenizer, GPTConfig, GPTForCausalLM, UserError
from zen_transformer.generation.art.canvas import b_spline, break_lines, text_width
from zen_transformer.generation.art.pictures import PICTURES, _chord, save_pictures
from zen_transformer.generation.art.reading import Reading, read, word_by_word

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


@pytest.mark.slow
def test_the_same_text_gives_the_same_bytes(reading, tmp_path):
    first, again = (save_pictures(reading, tmp_path / name, tuple(PICTURES)) for name in "ab")
    assert [path.name for path in first] == [
        f"{name}.{kind}" for name in ("rosette", "stroke", "ink") for kind in ("svg", "png")
    ]
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_word_is_what_its_tokens_are_together(reading):
    words = word_by_word(reading)
    assert words.words == TEXT.split()
    assert words.lines == [0] * 3 + [1] * 7
    spans = np.repeat(np.arange(len(reading.tokens)), [len(token) for token in reading.tokens])
    begin = 0
    for number, word in enumerate(words.words):
        begin = TEXT.index(word, begin)
        mine = sorted(set(spans[begin : begin + len(word)].tolist()))
        assert words.surprise[number] == pytest.approx(reading.surprise[mine].sum(), rel=1e-5)
        np.testing.assert_array_equal(
            words.hidden_states[:, number], reading.hidden_states[:, mine[-1]]
        )
        looks = reading.attentions[:, :, mine].mean(axis=(1, 2))  # of the mean head and token
        np.testing.assert_allclose(
            words.attentions[:, number, number], looks[:, mine].sum(-1), rtol=1e-5
        )
        begin += len(word)


CHINESE = "明月 a\n\n 光，b"


def test_characters_of_several_tokens_and_tokens_of_several_characters(tokenizer, model):
    reading = read(model, tokenizer, CHINESE)  # three bytes a character, each a token
    assert "".join(reading.tokens) == CHINESE
    assert "" in reading.tokens
    words = word_by_word(reading)
    assert words.words == ["明", "月", "a", "光，", "b"]
    assert words.lines == [0, 0, 0, 1, 1]
    both = Reading(["明月", " a", "b"], np.ones(3), np.ones((1, 1, 3, 3)) / 3, np.ones((1, 3, 4)))
    assert word_by_word(both).words == ["明月", "ab"]
    np.testing.assert_allclose(word_by_word(both).attentions.sum(-1), 1.0)


def test_a_weight_is_a_chord_and_a_word_a_dot(reading):
    words = TEXT.split()
    loud = reading._replace(attentions=np.zeros_like(reading.attentions))
    loud.attentions[0, :, 12, 2] = 1.0
    axes = PICTURES["rosette"](loud).axes[0]
    layers = len(reading.attentions)
    assert sum(isinstance(patch, Polygon) for patch in axes.patches) == 1
    assert sum(isinstance(patch, Circle) for patch in axes.patches) == len(words) + layers
    assert [text.get_text() for text in axes.texts] == [*words, "layers"]


def test_a_chord_ends_where_it_should():
    here, there = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    outline = _chord(here, there, 0.1)
    for end, place in ((0, here), (39, there)):
        other = len(outline) - 1 - end
        np.testing.assert_allclose((outline[end] + outline[other]) / 2, place, atol=1e-12)
    broad = np.linalg.norm(outline[:40] - outline[:39:-1], axis=1)
    assert broad.argmax() < 10
    assert broad[-1] < 0.1 * broad.max()


def test_a_curve_goes_from_end_to_end_and_a_straight_line_stays_one():
    line = np.outer(np.arange(5), [2.0, 1.0])
    curve = b_spline(line, 7)
    np.testing.assert_allclose(curve[[0, -1]], line[[0, -1]], atol=1e-12)
    np.testing.assert_allclose(curve[:, 0], 2 * curve[:, 1], atol=1e-12)
    assert len(curve) == 4 * 7 + 1


def test_more_surprise_is_more_ink(reading):
    axes = PICTURES["ink"](reading).axes[0]
    assert [text.get_text() for text in axes.texts] == TEXT.split()
    inks = np.array([text.get_alpha() for text in axes.texts])
    surprise = word_by_word(reading).surprise
    np.testing.assert_array_equal(np.argsort(inks), np.argsort(surprise))
    broad = [np.ptp(blot.get_xy()[:, 0]) for blot in axes.patches[::5]]  # the widest of five layers
    assert np.argmax(broad) == surprise.argmax()


def test_long_lines_are_broken_where_a_word_ends():
    rows = break_lines(["a"] * 30 + ["b"], [0] * 30 + [1], 20.0, 200.0)
    assert [number for row in rows for number, _ in row] == list(range(31))
    assert all(x + text_width("a", 20.0) <= 200 for row in rows for _, x in row)
    assert rows[-1] == [(30, 0.0)]
    assert len(break_lines(["a" * 99], [0], 20.0, 100.0)) == 1


@pytest.mark.parametrize("count", [2, 3, 63])
def test_texts_of_any_length_can_be_drawn(model, tokenizer, count):
    text = ("A b c " * 40)[:count]
    for draw in PICTURES.values():
        draw(read(model, tokenizer, text))


@pytest.mark.parametrize("text", ["", "A"])
def test_a_text_that_is_no_text_is_named(model, tokenizer, text):
    with pytest.raises(UserError, match="give at least two"):
        read(model, tokenizer, text)


def test_spaces_alone_are_no_text(model, tokenizer):
    with pytest.raises(UserError, match="no words"):
        word_by_word(read(model, tokenizer, " \n \n"))


@pytest.mark.filterwarnings("ignore:Glyph")  # where there is no Chinese font
def test_signs_are_drawn_as_they_are(model, tokenizer):
    text = "$x$ _a_ {b} %c 光"
    for draw in PICTURES.values():
        draw(read(model, tokenizer, text)).savefig(BytesIO())
