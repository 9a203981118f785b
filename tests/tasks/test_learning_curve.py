"""The points of a learning curve, the choice of learning rates, and summaries of several curves."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from zen_transformer import UserError
from zen_transformer.report import curves
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.classification import (
    Classification,
    ClassificationConfig,
    ClassificationSettings,
)
from zen_transformer.tasks.curve_points import computed, deviation, joined, make_point
from zen_transformer.tasks.learning_curve import CurveTrainings
from zen_transformer.training.loop import NotFiniteError
from zen_transformer.training.optimizer import OptimizerConfig
from zen_transformer.training.parallelism import OneDevice

NAMES = ["pretrained", "word_vectors", "random_init", "lookup"]
GAINS = {"gain": ("pretrained", "random_init"), "more": ("pretrained", "word_vectors")}


def row(start: str, examples: int, seed: int, accuracy: float, **values: Any) -> dict[str, Any]:
    return {"start": start, "examples": examples, "seed": seed, "test_accuracy": accuracy, **values}


ROWS = [
    row("pretrained", 100, 0, 0.8, learning_rate=1e-3, tflop=2.0),
    row("random_init", 100, 0, 0.5, learning_rate=2e-3, tflop=2.0),
    row("pretrained", 100, 1, 0.6, learning_rate=1e-3, tflop=2.0),
    row("random_init", 100, 1, 0.4, learning_rate=2e-3, tflop=2.0),
    row("lookup", 100, 0, 0.3),
    row("pretrained", 200, 0, 0.9, learning_rate=1e-3, tflop=4.0),
]
TUNING = {"start": "pretrained", "examples": 100, "seed": 1000, "tuning": True, "tflop": 0.5}


# Points


def test_a_point_has_means_deviations_rates_and_gains():
    point = make_point([*ROWS, TUNING], 100, NAMES, GAINS, "test_accuracy")
    assert point["examples"] == 100
    assert point["pretrained"] == {
        "mean": pytest.approx(0.7),
        "std": pytest.approx(0.02**0.5),
        "seeds": [0.8, 0.6],
        "learning_rate": 1e-3,
    }
    assert point["gain"]["seeds"] == pytest.approx([0.3, 0.2])
    assert point["lookup"] == {"mean": 0.3, "std": 0.0, "seeds": [0.3]}
    assert not point.keys() & {"word_vectors", "more"}  # nobody trained them


def test_a_single_seed_has_no_deviation():
    point = make_point(ROWS, 100, NAMES, GAINS, "test_accuracy")
    assert deviation(point["pretrained"]) == pytest.approx(0.02**0.5)
    assert deviation(point["lookup"]) is None
    assert Classification._mean(point, "pretrained") == "0.700 ± 0.141"
    assert Classification._mean(point, "lookup") == "0.300"


@pytest.mark.parametrize(
    ("seeds", "of_all", "says"),
    [
        (1, 1, "Every score is of one seed."),
        (3, 3, "± is the deviation over 3 seeds."),
        (3, 2, "± is the deviation over 3 seeds, or over 2 on all examples."),
        (3, 1, "± is the deviation over 3 seeds; on all examples there is one."),
        (1, 3, "± is the deviation over 3 seeds; on fewer examples there is one."),
    ],
)
def test_what_a_deviation_is_over_is_said(seeds, of_all, says):
    points = [{"pretrained": {"seeds": [0.5] * count}} for count in (seeds, of_all)]
    assert Classification._seeds_in_words(points) == says


def test_lines_of_a_former_version_have_no_rate():
    rows = [{k: v for k, v in one.items() if k != "learning_rate"} for one in ROWS]
    assert "learning_rate" not in make_point(rows, 100, NAMES, GAINS, "test_accuracy")["pretrained"]


def test_what_rates_were_chosen_by_is_counted_apart():
    assert computed([*ROWS, TUNING]) == {"tflop": 12.0, "tuning_tflop": 0.5}
    assert computed([row("pretrained", 100, 0, 0.8)]) == {"tflop": 0, "tuning_tflop": 0}


def test_two_curves_in_one_summary():
    def curve(stage: str) -> dict[str, Any]:
        metrics = [{"name": stage, "on_labels": True}]
        return {"curves": {stage: {"points": []}}, "metrics": metrics, "machine": 2, stage: 1}

    before = {"metrics": [{"name": "loss", "on_labels": False}], "machine": 1, "steps": 8}
    one = joined(before, [curve("finetuning"), curve("tagging")])
    assert list(one["curves"]) == ["finetuning", "tagging"]
    assert [metric["name"] for metric in one["metrics"]] == ["loss", "finetuning", "tagging"]
    assert (one["machine"], one["steps"], one["finetuning"], one["tagging"]) == (1, 8, 1, 1)
    again = joined(one, [curve("finetuning"), curve("tagging")])  # of a run that is resumed
    assert again == one


# What is told of them


def test_a_run_without_word_vectors_tells_of_what_it_has():
    points = [make_point(ROWS[:4], 100, NAMES, {"gain": GAINS["gain"]}, "test_accuracy")]
    points[0] |= {
        name: {"mean": 0.5, "std": 0.0, "seeds": [0.5, 0.5]} for name in ("bag_of_words",)
    }
    titles = Classification.titles(points)
    assert list(titles) == ["pretrained", "random_init", "gain", "bag_of_words"]
    metrics = Classification.curve_metrics(points)
    assert metrics[0].beside_baselines() == "45.0% by random weights, 50.0% by bag of words"
    assert metrics[0].name == "test_accuracy"
    assert [one.title for one in metrics[1:]] == list(titles.values())


def test_each_variant_has_the_same_colour_whichever_others_there_are(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(curves, "save_picture", lambda figure, path: drawn.append(figure))
    point = {"examples": 100}
    point |= {name: {"mean": 0.5, "std": 0.1} for name in NAMES}
    without = {name: value for name, value in point.items() if name != "word_vectors"}
    for one in (point, without):
        titles = {name: name for name in NAMES}
        curve = curves.LearningCurve([one], titles, "accuracy")
        curves.plot_learning_curves([curve], tmp_path / "curve.png")
    both, fewer = (
        {box.get_label(): box[0].get_color() for box in figure.axes[0].containers}
        for figure in drawn
    )
    assert len(both) == 4 and len(set(both.values())) == 4
    assert fewer == {name: color for name, color in both.items() if name != "word_vectors"}


# Learning rates


class Trainings(CurveTrainings):
    """Trainings whose validation scores are given, by learning rate and seed."""

    scores: dict[tuple[float, int], float]

    def _train(self, job, trial):
        key = trial.learning_rate, trial.seed
        if self.scores[key] < 0:
            raise UserError("loss is nan") from NotFiniteError("loss", float("nan"), 3)
        job.score = self.scores[key]
        self.trained = [*getattr(self, "trained", []), key]


def trainings(folder: Path, scores: dict[tuple[float, int], float], **config: Any) -> Trainings:
    (folder / "run").mkdir(exist_ok=True)
    task: Any = SimpleNamespace(
        config=ClassificationConfig(**config),
        settings=SimpleNamespace(seed=3),
        stage="finetuning",
        score="accuracy",
        available=lambda prepared: 100,
        validate=lambda job, parameters: {"accuracy": job.score},
        variant_job=lambda *arguments: SimpleNamespace(
            parameters=lambda: None, tflop=lambda steps: 0.25
        ),
    )
    run = RunFolder(folder / "run")
    made = Trainings(task, run, None, 100, OneDevice(), ExecutionConfig())
    made.scores = scores
    return made


SCORES = {(1e-3, 1003): 0.5, (1e-3, 1004): 0.7, (1e-2, 1003): 0.8, (1e-2, 1004): 0.3}


def test_the_rate_that_is_best_in_the_mean_is_chosen_once(tmp_path):
    made = trainings(tmp_path, SCORES, candidates=(1e-2, 1e-3))
    assert made.learning_rate("pretrained", 50) == 1e-3
    assert sorted(made.trained) == sorted(SCORES)
    rows = made.run.rows("finetuning")
    assert [one["tuning"] for one in rows] == [True] * 4
    assert [one["step"] for one in rows] == [0, 1, 2, 3]
    assert {one["tflop"] for one in rows} == {0.25}
    again = trainings(tmp_path, {}, candidates=(1e-2, 1e-3))
    assert again.learning_rate("pretrained", 50) == 1e-3  # from the lines, without training


def test_equal_rates_leave_the_first(tmp_path):
    scores = dict.fromkeys(SCORES, 0.5)
    assert trainings(tmp_path, scores, candidates=(1e-2, 1e-3)).learning_rate("x", 50) == 1e-2


def test_a_rate_that_makes_the_loss_infinite_is_not_chosen(tmp_path):
    made = trainings(tmp_path, SCORES | {(1e-3, 1004): -1.0}, candidates=(1e-3, 1e-2))
    assert made.learning_rate("pretrained", 50) == 1e-2


def test_a_factor_multiplies_the_optimizers_rate(tmp_path):
    """So that the option of the learning rate has an effect on all variants."""
    optimizer = OptimizerConfig(learning_rate=1e-2)
    made = trainings(tmp_path, {}, rate_factors={"random_init": 2.0}, optimizer=optimizer)
    rates = [made.learning_rate(name, 100) for name in ("pretrained", "random_init")]
    assert rates == [1e-2, 2e-2]


def test_without_a_choice_nothing_is_trained(tmp_path):
    usual = trainings(tmp_path, {}).task.config.optimizer.learning_rate
    assert trainings(tmp_path, {}).learning_rate("x", 50) == usual
    assert trainings(tmp_path, {}, candidates=(7e-4,)).learning_rate("x", 50) == 7e-4


def test_seeds_of_the_run_on_all_examples():
    assert ClassificationConfig(seeds=3).repetitions(everything=True) == 3
    config = ClassificationConfig(seeds=3, all_seeds=1)
    assert (config.repetitions(True), config.repetitions(False)) == (1, 3)
    with pytest.raises(UserError, match="all_seeds"):
        ClassificationConfig(all_seeds=0)


def test_all_examples_may_be_left_out():
    none = ClassificationConfig(all_seeds=0, examples=(4, 9))
    assert none.repetitions(everything=True) == 0
    task = Classification(ClassificationSettings(finetuning=none))
    assert task._counts(20) == [4, 9]
    with pytest.raises(UserError, match="choose fewer"):
        task._counts(3)


def test_more_examples_than_there_are_are_left_out_and_said(capsys):
    settings = ClassificationSettings(finetuning=ClassificationConfig(examples=(4, 300, 1000)))
    assert Classification(settings)._counts(20) == [4, 20]
    assert "finetuning.examples: 300, 1,000 left out, there are 20" in capsys.readouterr().out
