"""A GPT from text to text: pretrained, stopped, gone on with, and asked to write."""

import json
import signal
from dataclasses import replace

import numpy as np
import pytest
from tiny_text import write_texts

from zen_transformer import GPTForCausalLM, UserError
from zen_transformer.commands.compare_sampling import compare_sampling
from zen_transformer.commands.export import export
from zen_transformer.commands.generate import generate
from zen_transformer.commands.options import chosen_task
from zen_transformer.commands.tokenizer_show import show_tokenizer
from zen_transformer.evaluation.quality import HUMAN, SAMPLINGS
from zen_transformer.evaluation.ranking import FormScorer
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.sampling import Sampling
from zen_transformer.inference.gpt import GenerationConfig
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.printing import visible
from zen_transformer.runs import shutdown
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.causal_lm.settings import BytePairConfig, CausalLMConfig, GPTSettings
from zen_transformer.tasks.causal_lm.task import CausalLM
from zen_transformer.tasks.running import RunTarget, run_task

pytestmark = pytest.mark.slow

STEPS = 24


def settings(folder, steps: int = STEPS) -> GPTSettings:
    return GPTSettings(
        preset="gpt",
        corpus=(str(folder / "texts.txt"),),
        tokenizer=BytePairConfig(vocab_size=300),
        model=GPTConfig(n_embd=16, n_layer=1, n_head=2, n_positions=32, initializer_range=0.2),
        pretraining=CausalLMConfig(
            steps=steps, batch_tokens=128, length=16, reports=8, checkpoints=8, evaluation_batches=8
        ),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("gpt")
    write_texts(path)
    return path


@pytest.fixture(scope="module")
def run(folder):
    """A run that went through."""
    run_task(CausalLM(settings(folder)), RunTarget(output=folder / "run"))
    return folder / "run"


def metrics(run) -> list[dict]:
    times = ("seconds", "tokens_per_second", "mfu", "memory_gigabytes")
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{name: x for name, x in row.items() if name not in times} for row in rows]


def test_says_what_it_reached_and_what_counting_can_do(run):
    summary = json.loads((run / "summary.json").read_text())
    assert summary["perplexity"] == pytest.approx(np.exp(summary["lm_loss"]))
    assert 0 < summary["trigram_loss"] < summary["unigram_loss"] < np.log(300) + 0.5
    assert summary["lm_loss"] < np.log(300)
    assert {path.name for path in (run / "plots").iterdir()} >= {"losses.png", "throughput.png"}
    page = (run / "report.html").read_text()
    assert "perplexity" in page
    GPTForCausalLM.from_pretrained(run / "model", require_all=True)


def test_a_stopped_run_ends_like_one_that_never_was(run, folder, monkeypatch):
    requested = shutdown.StopAfterStep.requested

    def interrupted(self, step):
        if step == 10:
            signal.raise_signal(signal.SIGINT)
        return requested(self, step)

    task = CausalLM(settings(folder))
    with monkeypatch.context() as patched:
        patched.setattr(shutdown.StopAfterStep, "requested", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_task(task, RunTarget(output=folder / "stopped"))
    assert len(metrics(folder / "stopped")) == 3  # of 8 reports, and the stop lies between two
    run_task(task, RunTarget(output=folder / "stopped", resume=True))
    assert metrics(folder / "stopped") == metrics(run)
    paths = [path / "model" / "model.safetensors" for path in (run, folder / "stopped")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_goes_on_with_a_text(run, capsys):
    (text,) = generate("the ", run, GenerationConfig(max_new_tokens=12, seed=3))
    assert text.startswith("the ")
    assert capsys.readouterr().out == visible(text) + "\n"
    assert generate("the ", run, GenerationConfig(max_new_tokens=12, seed=3)) == [text]
    several = generate("the ", run, GenerationConfig(max_new_tokens=12, samples=3, seed=2))
    assert several[1] == text  # each sample has a seed of its own
    assert len(set(several)) > 1


def test_what_is_streamed_is_what_is_said_at_once(run, capsys):
    """Also where the text is to stop in the middle of a token."""
    for stop in ("e", "th", "\\n"):
        config = GenerationConfig(max_new_tokens=20, stop=stop, seed=5)
        (streamed,) = generate("we ", run, config)
        assert capsys.readouterr().out == visible(streamed) + "\n"
        at_once = generate("we ", run, replace(config, samples=2))[0]
        capsys.readouterr()
        assert streamed == at_once
        assert stop.replace("\\n", "\n") not in streamed.removeprefix("we ")


def test_the_likeliest_text(run):
    config = GenerationConfig(max_new_tokens=6)
    greedy = replace(config, sampling=Sampling(do_sample=False))
    assert generate("the ", run, greedy) == generate("the ", run, replace(config, beams=1))
    (text,) = generate("the ", run, replace(config, beams=4))
    assert text.startswith("the ")
    texts = generate("the ", run, replace(config, beams=4, samples=3))
    assert texts[0] == text
    assert len(texts) == 3
    processed = replace(config.sampling, suppress_tokens=tuple(range(100, 300)))
    assert generate("the ", run, replace(config, beams=4, sampling=processed)) != [text]


@pytest.mark.parametrize(
    ("prompt", "options", "said"),
    [
        ("", {}, "a prompt is empty"),
        ("the " * 40, {}, "the model has 32 positions"),
        ("the", {"beams": 400, "max_new_tokens": 9}, "num_beams is 400, the vocabulary has 300"),
        ("the", {"samples": 0}, "samples is 0"),
        ("the", {"samples": 2.5}, "samples is 2.5: it must be a whole number"),
        ("the", {"beams": 2, "samples": 3}, "num_return_sequences is 3: .* num_beams, 2"),
        ("the", {"beams": 2, "seed": 3}, "seed is 3: beams search"),
        ("the", {"beams": 2, "sampling": Sampling(top_k=3)}, "top_k is 3: beams search"),
        (
            "the",
            {"sampling": Sampling(do_sample=False, temperature=0.5)},
            "temperature is 0.5: without do_sample",
        ),
        ("the", {"form": Form(lines=2), "beams": 2}, "set --beams to 0, and leave --stop out"),
        ("Zoo", {"form": Form(acrostic="TEN")}, "the prompt breaks the form; acrostic"),
        ("orange\n", {"form": Form(rhyme="AA"), "tries": 2}, "broke rhyme"),
    ],
)
def test_what_cannot_be_written_is_named(run, prompt, options, said):
    form = options.pop("form", Form())
    with pytest.raises(UserError, match=said):
        generate(prompt, run, GenerationConfig(**options), form=form)


def test_a_form_is_kept_to(run):
    form = Form(acrostic="twm")
    (text,) = generate("the ", run, GenerationConfig(tries=8, seed=1), form)
    assert form.violation(text, finished=True) is None
    assert generate("the ", run, GenerationConfig(tries=8, seed=1), form) == [text]


def test_the_best_of_several_comes_first(run, capsys):
    config = GenerationConfig(max_new_tokens=12, samples=5, seed=2)
    plain = generate("the ", run, config)
    form = Form(syllables=(6,))
    ranked = generate("the ", run, config, rank="form", form=form)
    assert sorted(ranked) == sorted(plain)
    scores = FormScorer(form)(ranked)
    assert scores == sorted(scores, reverse=True)
    assert f"{scores[0]:.3f}" in capsys.readouterr().out
    assert sorted(generate("the ", run, config, rank="novelty")) == sorted(plain)
    with pytest.raises(UserError, match="no such file; make choices by"):
        generate("the ", run, config, rank="choices", choices=run / "none.jsonl")


def test_sampling_settings_are_compared(run, capsys, monkeypatch):
    pytest.importorskip("sacrebleu")
    some = {
        label: SAMPLINGS[label] for label in ("temperature 0.4", "temperature 1.2", "top-p 0.5")
    }
    monkeypatch.setattr("zen_transformer.commands.compare_sampling.SAMPLINGS", some)
    options = {"samples": 6, "max_new_tokens": 12}
    qualities = compare_sampling(run, **options)
    said = capsys.readouterr().out
    rows = json.loads((run / "plots" / "quality_diversity.json").read_text())
    assert rows == [quality._asdict() for quality in qualities]
    assert [row["label"] for row in rows] == [HUMAN, *some]
    assert all(row["label"] in said for row in rows)
    assert "memorised: more than" in said
    assert (run / "plots" / "quality_diversity.png").stat().st_size > 10_000
    # A GPT as the judge finds what it wrote itself at a low temperature likely.
    found = {
        quality.label: quality.perplexity for quality in compare_sampling(run, judge=run, **options)
    }
    assert found["temperature 0.4"] < found["temperature 1.2"]


def test_who_does_not_say_what_it_learnt_from_cannot_be_compared(run):
    with pytest.raises(UserError, match="does not say what it learnt from"):
        compare_sampling(run / "model")
    with pytest.raises(UserError, match="samples is 1: to compare, take at least 2"):
        compare_sampling(run, samples=1)


def test_is_exported_with_a_card_of_its_own(run, tmp_path, capsys):
    export(run, tmp_path / "mine")
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    summary = json.loads((run / "summary.json").read_text())
    for part in (f"{summary['perplexity']:.1f}", "AutoModelForCausalLM", "generate", "texts.txt"):
        assert part in card
    (tmp_path / "begun").mkdir()
    for name in ("config.json", "model"):
        (tmp_path / "begun" / name).symlink_to(run / name)
    (tmp_path / "begun" / "stages.json").write_text("{}")
    with pytest.raises(UserError, match="is not finished"):
        export(tmp_path / "begun", tmp_path / "other")


def test_its_tokens_are_shown(run, capsys):
    show_tokenizer(("the 月",), run)
    said = capsys.readouterr().out
    assert "the" in said and "月" in said


# Which settings a command line means


def chosen(options):
    """The settings that options of `pretrain` go on top of."""
    return chosen_task(options, default="bert", from_model=False)[1]


def test_the_task_chooses_the_settings():
    assert isinstance(chosen([]), BertSettings)
    for options in (["--task", "causal-lm"], ["--preset", "gpt"]):
        assert isinstance(chosen(options), GPTSettings)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--task", "poetry"], "task is 'poetry': choose one of bert, causal-lm"),
        (["--task", "causal-lm", "--preset", "tiny"], "the preset tiny is for the task bert"),
    ],
)
def test_a_task_that_does_not_fit_is_named(options, said):
    with pytest.raises(UserError, match=said):
        chosen(options)


def test_a_run_goes_on_with_its_own_settings(run):
    settings = chosen(["--resume", "--output", str(run)])
    assert isinstance(settings, GPTSettings)
    assert settings.model.n_embd == 16
