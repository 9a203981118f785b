"""The pictures, as far as numbers can tell: that they are there, and how they were laid out."""

import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from report import sample_runs

from zen_transformer.report import curves, plots


@pytest.fixture
def drawn(monkeypatch) -> list[Figure]:
    """The figures that are saved."""
    found: list[Figure] = []
    save = plots.save_picture

    def keep(figure: Figure, path: Path) -> Path:
        found.append(figure)
        return save(figure, path)

    for module in (curves, plots):
        monkeypatch.setattr(module, "save_picture", keep)
    return found


@pytest.mark.slow
def test_all_pictures_of_a_run_are_written(tmp_path):
    sample_runs.draw(tmp_path / "plots")
    written = {path.stem: path.read_bytes() for path in (tmp_path / "plots").iterdir()}
    assert {"learning_curves", "label_curve", "attention_arcs", "embeddings"} <= set(written)
    assert all(content.startswith(b"\x89PNG") for content in written.values())


def test_label_curve_has_the_real_counts_as_ticks_and_all_four_models(tmp_path, drawn):
    title = "accuracy on the test texts"
    curve = curves.LearningCurve(sample_runs.curve(), sample_runs.VARIANTS, title)
    curves.plot_learning_curves([curve], tmp_path / "curve.png")
    axes = drawn[0].axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["100", "300", "1,000", "8,530"]
    assert axes.get_xscale() == "log"
    legend = axes.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names == list(sample_runs.VARIANTS.values())
    line, _, (bars,) = axes.containers[0]
    means = [point["pretrained"]["mean"] for point in sample_runs.curve()]
    np.testing.assert_allclose(line.get_ydata(orig=False), means)
    half = [np.ptp(segment[:, 1]) / 2 for segment in bars.get_segments()]
    np.testing.assert_allclose(half, [p["pretrained"]["std"] for p in sample_runs.curve()])


def test_arcs_join_the_tokens_and_are_as_wide_as_their_weight(tmp_path, drawn):
    weights = np.zeros((3, 3))
    weights[0, 2], weights[2, 1], weights[1, 1], weights[1, 0] = 0.9, 0.6, 1.0, 0.04
    plots.plot_attention_arcs(weights, ["a", "longer", "word"], tmp_path / "arcs.png")
    axes = drawn[0].axes[0]
    places = [text.get_position()[0] for text in axes.texts]
    assert places == sorted(places)
    forward, back = axes.patches  # neither what looks at itself nor what hardly looks
    ends = [(arc.center[0] - arc.width / 2, arc.center[0] + arc.width / 2) for arc in axes.patches]
    np.testing.assert_allclose(ends, [(places[0], places[2]), (places[1], places[2])])
    assert forward.get_linewidth() / back.get_linewidth() == pytest.approx(0.9 / 0.6)
    assert (forward.theta1, back.theta1) == (0, 180)  # above and below the line


def test_words_do_not_touch_each_other(tmp_path, drawn):
    tokens = ["a", "responsibilities", "congratulations", "##s"] * 4
    plots.plot_attention_arcs(np.eye(16), tokens, tmp_path / "arcs.png")
    boxes = [text.get_window_extent() for text in drawn[0].axes[0].texts]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_before_and_after_stand_beside_each_other(tmp_path, drawn):
    rng = np.random.default_rng(0)
    groups = {"film": ["movie", "film"], "state": ["law", "war"]}
    vectors = {title: rng.normal(size=(4, 8)) for title in ("before", "after")}
    plots.plot_embeddings(vectors, groups, tmp_path / "embeddings.png")
    assert [axes.get_title() for axes in drawn[0].axes] == ["before", "after"]
    for axes in drawn[0].axes:
        assert [text.get_text() for text in axes.texts] == ["movie", "film", "law", "war"]
        right = axes.get_window_extent().x1
        assert all(text.get_window_extent().x1 <= right + 1 for text in axes.texts)


def test_principal_components_of_points_on_a_line():
    line = np.outer([-1.0, 0.0, 1.0], [3.0, 4.0]) + 7
    points = plots.principal_components(line)
    np.testing.assert_allclose(np.abs(points), [[5, 0], [0, 0], [5, 0]], atol=1e-12)


@pytest.mark.parametrize("fonts", ["installed", "none"])
def test_chinese_tokens_give_no_warnings(tmp_path, monkeypatch, drawn, fonts):
    if fonts == "none":
        monkeypatch.setattr(plots.font_manager.fontManager, "ttflist", [])
    plots._glyphs.cache_clear()
    plots._legible.cache_clear()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            plots.plot_attention_arcs(np.full((3, 3), 1 / 3), ["[CLS]", "好", "影"], tmp_path / "a")
            plots.plot_attention(np.full((1, 1, 2, 2), 0.5), ["好", "##x"], tmp_path / "b")
            vectors, groups = {"after": np.eye(3)}, {"人": ["好", "影", "x"]}
            plots.plot_embeddings(vectors, groups, tmp_path / "c")
        if fonts == "none":  # its code point instead of an empty box
            assert drawn[0].axes[0].texts[1].get_text() == "597d"
    finally:
        plots._glyphs.cache_clear()
        plots._legible.cache_clear()


def test_runs_in_one_picture_are_told_apart(tmp_path, drawn):
    rows = sample_runs.metrics()
    runs = {"one": rows, "two": rows[:50], "three": []}
    curves.plot_runs(runs, {"mlm_loss": "masked words, loss"}, tmp_path / "runs.png")
    assert len(drawn[0].axes) == 4
    assert drawn[0].axes[0].get_title() == "masked words, loss"
    lines = drawn[0].axes[0].lines
    assert [line.get_label() for line in lines] == ["one", "two"]
    assert [len(line.get_xdata()) for line in lines] == [10, 5]
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == 2
