"""The figures and the picture of both learning curves, and the race."""

import json

import numpy as np
import pytest

from benchmarks import curves, speedrun
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.presets.overrides import with_overrides
from zen_transformer.tasks.curve_points import over_seeds
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


def curve(baseline: str) -> dict:
    names = ("pretrained", "word_vectors", "random_init", baseline)
    points = [
        {"examples": count} | {name: over_seeds([0.5, 0.6]) for name in names}
        for count in (50, 200)
    ]
    return {"points": points, "tflop": 1.5, "tuning_tflop": 0.0}


def test_the_runs_own_curves_are_written_where_none_were_trained(tmp_path):
    run = {"mlm_accuracy": 0.3, "tflop": 38.0, "machine": {"cpu_cores": 2}}
    run["curves"] = {"tagging": curve("lookup"), "finetuning": curve("bag_of_words")}
    more = {"curves": {"tagging": curve("lookup") | {"tflop": 9.0}}}
    curves.write(tmp_path / "curves", run, {"tagging": more})
    written = json.loads((tmp_path / "curves.json").read_text())
    assert written["pretraining"] == {"mlm_accuracy": 0.3, "tflop": 38.0}
    assert (written["tagging"]["tflop"], written["finetuning"]["tflop"]) == (9.0, 1.5)
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_the_point_of_all_examples_is_the_runs_own_where_it_is_not_trained():
    run = {"curves": {"tagging": curve("lookup")}}
    short = curve("lookup") | {"points": curve("lookup")["points"][:1], "tflop": 9.0}
    assert curves.with_last_point(short, run, "tagging") == curve("lookup") | {"tflop": 9.0}
    assert curves.with_last_point(curve("lookup"), run, "tagging") == curve("lookup")
    assert curves.with_last_point(short, run, "finetuning") == short


@pytest.mark.parametrize("task", curves.TASKS)
def test_every_start_has_a_rate_of_its_own_and_five_seeds(task):
    config = curves.tuned(task, "quickstart", 0).finetuning
    assert (config.repetitions(True), config.repetitions(False)) == (0, 5)
    assert len(config.candidates) > 2


# The speedrun


def test_a_recipe_has_the_changes_of_all_before_it():
    first, last = (speedrun.settings_of(name) for name in ("before", list(speedrun.RECIPES)[-1]))
    assert first.pretraining.start == "random" and max(first.pretraining.lengths) == 256
    assert last.pretraining.start == "word-vectors" and max(last.pretraining.lengths) == 128
    assert last.tokenizer == first.tokenizer and last.model.hidden_size == 128


def test_the_last_recipe_is_the_preset():
    last, preset = speedrun.settings_of(list(speedrun.RECIPES)[-1]), load_preset("quickstart")
    assert (last.corpus, last.model) == (preset.corpus, preset.model)
    assert last.pretraining == preset.pretraining


def result(seed: int, tflop: float | None) -> speedrun.Result:
    reached = None if tflop is None else 2 * tflop
    return speedrun.Result(seed, tflop, reached, None, 0.2 if tflop is None else 0.33)


@pytest.mark.parametrize(
    ("tflop", "said"),
    [
        ((30.0, 20.0, 40.0), "| x | 30.0 TFLOP | 1.0 minutes |"),
        ((None, 20.0, 40.0), "| x | 40.0 TFLOP | 1.3 minutes |"),
        ((None, None, 40.0), "| x | not reached: 0.330 | |"),
    ],
)
def test_the_median_counts_and_who_did_not_arrive_is_last(tflop, said):
    results = [result(seed, value) for seed, value in enumerate(tflop)]
    assert speedrun.in_words("x", results) == said


@pytest.mark.slow
@pytest.mark.parametrize("goal", [0.0, 1.1])
def test_a_training_ends_at_the_goal_or_says_how_far_it_came(goal, monkeypatch):
    for name, value in {"GOAL": goal, "LENGTH": 16, "QUICK": 1, "SURE": 2}.items():
        monkeypatch.setattr(speedrun, name, value)
    special = WordPieceTokenizer.special_tokens
    tokenizer = WordPieceTokenizer([*special, *(f"w{n}" for n in range(15))])
    ids = np.random.default_rng(0).integers(5, 20, 320).astype(np.int32)
    marks = np.arange(0, 321, 10)
    sources = np.array([0, 0, 1, 1])
    texts = TokenizedDocuments(ids, marks, marks[::8], sources, ("movie-reviews", "sotu"))
    model = {"hidden_size": 8, "num_hidden_layers": 1, "intermediate_size": 8}
    changes = {
        "tokenizer": {"vocab_size": 20},
        "model": model | {"max_position_embeddings": 16},
        "pretraining": {"steps": 4, "lengths": [16], "shares": [1.0], "batch_tokens": 32},
    }
    settings = with_overrides(speedrun.settings_of("word-vectors"), changes, "a test")
    done = speedrun.run(settings, speedrun.Texts(tokenizer, texts, texts))
    if goal > 1:
        assert done.tflop is None and 0 <= done.accuracy <= 1
    else:
        assert done.steps == 1 and done.tflop > 0 and done.seconds > 0
