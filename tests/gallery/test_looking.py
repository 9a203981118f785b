"""Looking at a mistake in the lab, in small: what gives it away is there at any size."""

import jax
import numpy as np
import pytest
from tiny_text import write_texts

from zen_transformer.gallery.lab import Lab, padded
from zen_transformer.gallery.pictures import draw
from zen_transformer.gallery.scale import Scale
from zen_transformer.gallery.study import Study
from zen_transformer.gallery.symptom import Bars, Curves, Heatmaps, Measurement, Symptom
from zen_transformer.gallery.table import find

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Lab:
    folder = tmp_path_factory.mktemp("gallery")
    write_texts(folder)
    scale = Scale(
        steps=4,
        hidden=8,
        layers=1,
        heads=2,
        vocab=60,
        batch_tokens=128,
        evaluation_batches=1,
        corpus=str(folder / "texts.txt"),
    )
    return Lab(scale)


GIVES_AWAY = {
    "padding-in-the-softmax": lambda right, wrong: right == 0 and wrong != 0,
    "mean-pooling-over-padding": lambda right, wrong: right > 0.9999 > wrong,
    "special-tokens-masked": lambda right, wrong: right == 0 and wrong > 0.05,
}


@pytest.mark.parametrize("name", GIVES_AWAY)
def test_what_gives_it_away(lab, name, tmp_path):
    symptom = find(name).look(Study(lab, find(name)))
    sign = symptom.measurements[symptom.telltale]
    assert GIVES_AWAY[name](sign.right, sign.wrong), sign
    assert draw(symptom, tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_training_comes_out_the_same_again(lab):
    first, second = lab.right(), lab.train()
    np.testing.assert_array_equal(first.curve(), second.curve())
    assert first.held_out == second.held_out
    jax.tree.map(np.testing.assert_array_equal, first.parameters, second.parameters)


def test_more_padding_is_only_padding(lab):
    batch = lab.held_out[0]
    more = padded(batch, 3)
    assert more["input_ids"].shape[1] == batch["input_ids"].shape[1] + 3
    assert np.all(more["attention_mask"][:, -3:] == 0)
    np.testing.assert_array_equal(more["input_ids"][:, :-3], batch["input_ids"])


def test_every_kind_of_picture(tmp_path):
    table = np.eye(3)
    panels = [
        Curves("curves", "x", [1, 2, 4], ([1, 2, 3], [3, 2, 1]), log_x=True, log_y=True),
        Curves("level", "x", [0.1, 1.0], ([1, 2], [2, np.nan]), level=("a level", 1.5)),
        Bars("bars", ["a", "b"], ([1, 2], [3, 4])),
        Bars("small differences", ["a", "b"], ([1e-9, 0.0], [1e-3, 1.0]), floor=1e-12),
        Heatmaps("maps", (table, 1 - table), ["a", "b", "c"], "rows", "columns"),
    ]
    for number, panel in enumerate(panels):
        symptom = Symptom({"n": Measurement("n", (0, 1))}, "n", [panel, panels[0]])
        path = draw(symptom, tmp_path / "folder" / f"{number}.png")
        assert path.stat().st_size > 5_000
