"""How long a run will take, and what fits into minutes."""

import dataclasses

import pytest

from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.runs.trainer import Trainer
from zen_transformer.tasks.bert.compute import flops_of_step, flops_of_training
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.finetuning import FinetuningConfig
from zen_transformer.tasks.quickstart import pace
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import load_preset, part_of


def test_flops_are_those_of_every_step():
    settings = part_of(BertSettings, load_preset("tiny"))
    config = settings.pretraining
    each = sum(flops_of_step(settings.model, config, step) for step in range(config.steps))
    assert flops_of_training(settings) == pytest.approx(each)


def test_the_default_stays_within_what_it_promises():
    """40 TFLOP for pretraining."""
    assert flops_of_training(part_of(BertSettings, load_preset("quickstart"))) < 40e12


def test_finetuning_counts_seeds_widths_and_the_choice_of_rates():
    model = load_preset("tiny").model
    config = FinetuningConfig(epochs=2, batch_size=4, max_length=32, seeds=3, examples=(4,))
    words = [2] * 8  # 2 · 1.4 + 2 pieces: the narrowest batches
    text = 3 * 8 * bert_flops_per_token(model, 8, 0)
    expected = 3 * text * (2 * 4 + 2 * 8)
    assert pace.finetuning_flops(model, config, words) == pytest.approx(expected)
    tuned = dataclasses.replace(config, candidates=(1e-3, 2e-3), tuning_seeds=1, all_seeds=1)
    expected = text * ((3 + 2) * 2 * 4 + (1 + 2) * 2 * 8)
    assert pace.finetuning_flops(model, tuned, words) == pytest.approx(expected)
    without_all = dataclasses.replace(tuned, all_seeds=0)
    assert pace.finetuning_flops(model, without_all, words) == pytest.approx(text * 5 * 2 * 4)


def test_words_are_counted_in_english_and_chinese():
    assert [pace.count_words(text) for text in ("", "not bad .", "很好 !")] == [0, 3, 3]


@pytest.fixture
def settings() -> QuickstartSettings:
    return dataclasses.replace(load_preset("tiny"), minutes=10.0)


def test_pretraining_has_what_fine_tuning_leaves(settings):
    rate = 1e9
    fitted = pace.fit_steps(settings, rate, fine_tuning=4 * 60 * rate)
    assert flops_of_training(part_of(BertSettings, fitted)) / rate == pytest.approx(360, rel=0.02)


def test_pretraining_has_half_of_the_time_at_least(settings):
    rate = 1e9
    fitted = pace.fit_steps(settings, rate, fine_tuning=40 * 60 * rate)
    assert flops_of_training(part_of(BertSettings, fitted)) / rate == pytest.approx(300, rel=0.02)


def test_a_slow_machine_takes_a_few_steps_all_the_same(settings):
    assert pace.fit_steps(settings, 1.0, 0.0).pretraining.steps == pace.FEWEST_STEPS


@pytest.mark.parametrize(
    ("pretraining", "fine_tuning", "said"),
    [
        (40e12, 13e12, "40 TFLOP at 50 GFLOP/s in training: about 13 minutes, and 4 for"),
        (1e12, 0, "1 TFLOP at 50 GFLOP/s in training: about 1 minute, and 1 for"),
    ],
)
def test_the_promise_is_a_sentence(pretraining, fine_tuning, said):
    assert pace.promise(pretraining, fine_tuning, 50e9) == f"{said} fine-tuning"


def test_the_quality_to_expect_is_that_of_the_nearest_measured_run():
    whole = load_preset("quickstart")
    assert "38 TFLOP ended with 34%" in pace.expected_quality(whole, 45e12)
    assert "14 TFLOP ended with 30%" in pace.expected_quality(whole, 1e12)
    assert "nobody has measured" in pace.expected_quality(load_preset("tiny"), 1e12)
    other = dataclasses.replace(whole, corpus=("mine",))
    assert "nobody has measured" in pace.expected_quality(other, 45e12)


@pytest.mark.slow
def test_the_rate_is_that_of_real_steps(monkeypatch):
    """As many steps as are taken in the time, each with the FLOPs of the longest stage."""
    monkeypatch.setattr(pace, "SECONDS", 0.2)
    settings = part_of(BertSettings, load_preset("tiny"))
    taken = []
    run_steps = Trainer.steps

    def counted(self, *arguments, **options):
        for report in run_steps(self, *arguments, **options):
            taken.append(report.done)
            yield report

    monkeypatch.setattr(Trainer, "steps", counted)
    rate = pace.measure_rate(settings)
    steps = taken[-1] - taken[0]
    assert steps >= 1
    whole = steps * flops_of_step(settings.model, settings.pretraining, 0)
    assert 0.5 * whole / 5 < rate <= whole / 0.2
