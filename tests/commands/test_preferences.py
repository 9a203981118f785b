"""From texts to choices, and from choices to another model."""

import io
import json

import numpy as np
import pytest
from flax import nnx

from zen_transformer import ByteLevelBPETokenizer, GPTConfig, GPTForCausalLM, UserError
from zen_transformer.commands.choose import ChoosingConfig, choose
from zen_transformer.commands.options import chosen_task
from zen_transformer.data.preferences import read_preferences
from zen_transformer.evaluation.ranking import FormScorer
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.inference.completions import CompletionConfig
from zen_transformer.runs import shutdown
from zen_transformer.tasks.preference.settings import (
    MeasuringConfig,
    PreferenceConfig,
    PreferenceSettings,
)
from zen_transformer.tasks.preference.task import Preference
from zen_transformer.tasks.running import RunTarget, run_task
from zen_transformer.tasks.task import Inputs
from zen_transformer.training.optimizer import OptimizerConfig

pytestmark = pytest.mark.slow

WORDS = "the sea a tree over water under stone and light".split()
WRITING = CompletionConfig(words=3, max_new_tokens=8)
SHORT = Form(syllables=(4,))


def documents() -> list[str]:
    """Sixteen, of lines with many beginnings."""
    rng = np.random.default_rng(0)
    return [
        "\n".join(" ".join(rng.choice(WORDS, rng.integers(4, 9))) for _ in range(10))
        for _ in range(16)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run's folder with a model of random weights."""
    path, texts = tmp_path_factory.mktemp("preferences") / "run", documents()
    tokenizer = ByteLevelBPETokenizer.train(texts, vocab_size=290)
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size,
        n_positions=32,
        n_embd=16,
        n_layer=1,
        n_head=2,
        initializer_range=0.1,
        bos_token_id=tokenizer.eos_id,
        eos_token_id=tokenizer.eos_id,
    )
    network = GPTForCausalLM(config, rngs=nnx.Rngs(0))
    # It writes words, so that there is something to count, and often ends a line.
    table = network.transformer.embeddings.token.table
    likely = [i for i, piece in enumerate(tokenizer.vocabulary) if piece.strip("Ġ") in WORDS]
    direction = np.random.default_rng(0).normal(size=16)
    network.transformer.norm.bias[...] = 3.0 * direction
    table[...] = table[...].at[np.array([*likely, tokenizer.text_ids("\n")[0]])].add(direction / 4)
    network.save_pretrained(path / "model")
    tokenizer.save_pretrained(path / "model")
    corpus = path / "texts.txt"
    corpus.write_text("\n\n".join(texts))
    facts = {"corpus": [str(corpus)], "pretraining": {"held_out": 0.2}}
    (path / "config.json").write_text(json.dumps(facts))
    (path / "stages.json").write_text("{}")
    return path


@pytest.fixture
def path(tmp_path):
    """Where choices go."""
    return tmp_path / "choices.jsonl"


@pytest.fixture(scope="module")
def chosen(folder):
    """A file of choices by a form."""
    path = folder / "chosen.jsonl"
    choosing = ChoosingConfig(by="form", form=SHORT, pairs=60)
    choose(model=folder, choices=path, choosing=choosing, writing=WRITING)
    return path


@pytest.fixture
def quick(monkeypatch):
    """Texts that nobody has to write, each with the seed that it would have had."""

    def complete(generator, tokenizer, prompts, config, first_seed):
        return [f" {first_seed + number}\n" for number in range(len(prompts))]

    monkeypatch.setattr("zen_transformer.commands.choose.complete", complete)


def types(monkeypatch, text: str, terminal: bool = False):
    """Somebody answers."""
    stream = io.StringIO(text)
    stream.isatty = lambda: terminal
    monkeypatch.setattr("sys.stdin", stream)


# Choosing


@pytest.mark.usefixtures("quick")
def test_a_person_chooses(folder, path, monkeypatch, capsys):
    types(monkeypatch, "1\n =\n2\nq\n1\n")
    assert choose(("the sea", "a tree"), model=folder, choices=path, writing=WRITING) == 3
    made = read_preferences(path)
    assert [one.choice for one in made] == [1, 0, 2]
    assert [one.prompt for one in made] == ["the sea", "a tree", "the sea"]
    assert {one.by for one in made} == {"person"}
    said = capsys.readouterr().out
    assert f"  1  {made[0].texts[0].strip()}\n" in said
    assert "3 choices were added" in said


@pytest.mark.usefixtures("quick")
def test_what_was_chosen_is_gone_on_with(folder, path, tmp_path, monkeypatch):
    """Also where it ends with the input."""
    types(monkeypatch, "1\n")
    choose(("the sea",), model=folder, choices=path, writing=WRITING)
    types(monkeypatch, "2\n")
    choose(("the sea",), model=folder, choices=path, writing=WRITING)
    types(monkeypatch, "1\n2\n")
    at_once = tmp_path / "at-once.jsonl"
    choose(("the sea",), model=folder, choices=at_once, writing=WRITING)
    assert read_preferences(path) == read_preferences(at_once)
    first, second = read_preferences(path)
    assert first.texts != second.texts


@pytest.mark.usefixtures("quick")
def test_an_answer_that_is_none_is_asked_for_again(folder, path, monkeypatch, capsys):
    types(monkeypatch, "3\nyes\n2\nq\n", terminal=True)
    assert choose(("the sea",), model=folder, choices=path, writing=WRITING) == 1
    assert "'yes' is no answer: type 1 or 2" in capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_what_stops_leaves_what_was_typed(folder, path, monkeypatch):
    types(monkeypatch, "1\n2\nx\n")
    with pytest.raises(UserError, match="line 3 of standard input: 'x' is no answer"):
        choose(("the sea",), model=folder, choices=path, writing=WRITING)
    assert [one.choice for one in read_preferences(path)] == [1, 2]

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin.readline", interrupted)
    with pytest.raises(KeyboardInterrupt):
        choose(("the sea",), model=folder, choices=path, writing=WRITING)
    assert len(read_preferences(path)) == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("stdin", ["", None])
def test_nobody_there_is_said(folder, path, monkeypatch, stdin):
    types(monkeypatch, "")
    if stdin is None:
        monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UserError, match="nobody answers on standard input"):
        choose(("the sea",), model=folder, choices=path, writing=WRITING)
    assert not path.exists()


def test_a_form_chooses(chosen):
    made = read_preferences(chosen)
    assert len({one.prompt for one in made}) == len(made) == 60
    assert all(text.count("\n") <= 1 for one in made for text in one.texts)
    score = FormScorer(SHORT)
    for one in made:
        first, second = score(one.wholes)
        assert one.choice == (0 if first == second else 1 if first > second else 2)


@pytest.mark.usefixtures("quick")
def test_novelty_chooses(folder, path):
    choosing = ChoosingConfig(by="novelty", pairs=4)
    assert choose(model=folder, choices=path, choosing=choosing, writing=WRITING) == 4
    assert {one.by for one in read_preferences(path)} == {"novelty"}


@pytest.mark.usefixtures("quick")
def test_a_score_goes_on_behind_what_is_there(folder, path, tmp_path):
    parts = tmp_path / "parts.jsonl"
    for choices, pairs in ((path, 70), (parts, 1), (parts, 40), (parts, 29)):
        choosing = ChoosingConfig(by="form", form=SHORT, pairs=pairs)
        choose(model=folder, choices=choices, choosing=choosing, writing=WRITING)
    assert [one.texts for one in read_preferences(parts)] == [
        one.texts for one in read_preferences(path)
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pairs": 0}, "pairs is 0"),
        ({"by": "form"}, "the form asks for nothing"),
        ({"by": "form", "form": SHORT, "pairs": 10**4}, "10000 prompts were asked for, there are"),
        ({"prompt": ("",)}, "a prompt is empty"),
    ],
)
def test_what_cannot_be_chosen_is_named(folder, path, options, said):
    prompt = options.pop("prompt", ())
    with pytest.raises(UserError, match=said):
        choose(prompt, folder, path, ChoosingConfig(**options), writing=WRITING)
    assert not path.exists()


@pytest.mark.usefixtures("quick")
def test_a_model_without_a_run_needs_prompts_or_a_corpus(folder, path, monkeypatch):
    types(monkeypatch, "1\n")
    with pytest.raises(UserError, match="does not say what it learnt from"):
        choose(model=folder / "model", choices=path)
    assert choose(("the",), model=folder / "model", choices=path, writing=WRITING) == 1


# Learning from choices


def settings(steps: int = 8) -> PreferenceConfig:
    optimizer = OptimizerConfig(learning_rate=3e-3, weight_decay=0.0)
    return PreferenceConfig(
        steps=steps, batch_tokens=512, reports=8, evaluation_batches=8, optimizer=optimizer
    )


def learn(folder, chosen, output, resume=False, **changes):
    options = {
        "choices": str(chosen),
        "by": "form",
        "form": SHORT,
        "writing": WRITING,
        "measuring": MeasuringConfig(prompts=6, samples=8),
        "tuning": settings(),
    }
    task = Preference(PreferenceSettings(**options | changes), Inputs(model=folder))
    return run_task(task, RunTarget(output=output, resume=resume))


@pytest.fixture(scope="module")
def preferred(folder, chosen):
    """A run that went through."""
    return learn(folder, chosen, folder / "preferred", tuning=settings(steps=40))


def test_the_score_rises_and_the_figures_are_kept(preferred, folder):
    before, after = preferred["before"], preferred["after"]
    assert before["dpo_loss"] == pytest.approx(np.log(2))
    assert before["drift"] == pytest.approx(0, abs=1e-4)
    assert after["score"]["mean"] > before["score"]["mean"]
    assert after["in_order"] > 0.5
    assert 0 < after["divergence"]["mean"] < 50
    best = [before["best_of"][n]["mean"] for n in "1248"]
    assert best == sorted(best)
    assert best[0] == pytest.approx(before["score"]["mean"])
    run = folder / "preferred"
    assert json.loads((run / "summary.json").read_text())["after"] == after
    assert (run / "plots" / "preferences.png").stat().st_size > 10_000
    assert (run / "report.html").is_file()
    GPTForCausalLM.from_pretrained(run / "model", require_all=True)


def test_choices_on_standard_input_are_learnt_from_as_from_a_file(folder, chosen, monkeypatch):
    expected = learn(folder, chosen, folder / "from-file", tuning=settings(steps=2))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(chosen.read_bytes())))
    given = learn(folder, "-", folder / "from-pipe", tuning=settings(steps=2))
    assert given["after"] == expected["after"]


@pytest.mark.usefixtures("quick")
def test_the_new_model_can_be_asked_again(preferred, folder, path):
    choosing = ChoosingConfig(by="novelty", pairs=2)
    assert choose((), folder / "preferred", path, choosing, writing=WRITING) == 2
    assert len({one.prompt for one in read_preferences(path)}) == 2


def test_a_stopped_run_ends_like_one_that_never_was(folder, chosen, tmp_path, monkeypatch):
    requested = shutdown.StopAfterStep.requested

    def interrupted(self, step):
        self.number = 2 if step == 4 else self.number
        return requested(self, step)

    small = {"measuring": MeasuringConfig(prompts=2, samples=2), "by": "choices"}
    whole = learn(folder, chosen, tmp_path / "whole", **small)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(shutdown.StopAfterStep, "requested", interrupted)
        learn(folder, chosen, tmp_path / "stopped", **small)
    resumed = learn(folder, chosen, tmp_path / "stopped", resume=True, **small)
    assert resumed["after"] == whole["after"]
    files = [tmp_path / name / "model" / "model.safetensors" for name in ("whole", "stopped")]
    assert files[0].read_bytes() == files[1].read_bytes()


def other_tokenizer(line: dict) -> dict:
    return line | {"tokenizer": "another"}


def neither(line: dict) -> dict:
    return line | {"choice": 0}


def long(line: dict) -> dict:
    return line | {"texts": ["sea " * 40, line["texts"][1]]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_tokenizer, "choice 1 is between texts of a model with another tokenizer"),
        (neither, "there are 0 choices that prefer one of two texts, .* at least 20"),
        (long, r"a text of the choices has \d+ tokens with its prompt, the model has 32"),
        (lambda line: "broken", "line 1: .* is no object"),
    ],
)
def test_choices_that_cannot_be_learnt_from_are_named(folder, chosen, tmp_path, change, said):
    path = tmp_path / "changed.jsonl"
    lines = [change(json.loads(line)) for line in chosen.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(UserError, match=said):
        learn(folder, path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_empty_file_is_named(folder, tmp_path):
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(UserError, match="there are 0 choices"):
        learn(folder, tmp_path / "empty.jsonl", tmp_path / "out")


def test_a_batch_without_room_for_a_pair_is_named(folder, chosen, tmp_path):
    with pytest.raises(UserError, match="batch_tokens is 8, the longest pair has"):
        learn(folder, chosen, tmp_path / "out", tuning=PreferenceConfig(batch_tokens=8))


def test_a_run_of_it_is_gone_on_with_by_its_own_options(preferred, folder):
    options = ["--resume", "--output", str(folder / "preferred")]
    _, settings = chosen_task(options, default="preference", from_model=True)
    assert isinstance(settings, PreferenceSettings)
    assert settings.form == SHORT and settings.tuning.steps == 40
