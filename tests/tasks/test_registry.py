"""Settings: from presets, on top of each other, and back from a run's config.json."""

import dataclasses
import json

import pytest

from zen_transformer import UserError
from zen_transformer.presets.overrides import subset
from zen_transformer.presets.reader import FOLDER, preset_names
from zen_transformer.report.comparison import compare
from zen_transformer.tasks.bert.settings import BertSettings, PretrainingConfig
from zen_transformer.tasks.classification import ClassificationSettings
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import (
    load_preset,
    part_of,
    preset_settings,
    settings_of_run,
)
from zen_transformer.tasks.reporting import read_run_with_metrics, write_report
from zen_transformer.tasks.token_classification import TokenClassificationSettings


def test_the_promised_presets_are_there_and_short():
    assert {"tiny", "quickstart", "small", "base", "chinese", "gpt"} <= set(preset_names())
    for name in preset_names():
        assert len((FOLDER / f"{name}.toml").read_text("utf-8").splitlines()) < 90


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_says_its_name_and_fits_together(name):
    settings = load_preset(name)
    assert settings.preset == name
    assert settings.model.vocab_size == settings.tokenizer.vocab_size
    if isinstance(settings, QuickstartSettings):
        assert max(settings.pretraining.lengths) <= settings.model.max_position_embeddings
    else:
        with pytest.raises(UserError, match=f"is for the task {settings.task}: only `pretrain"):
            preset_settings(name, QuickstartSettings)


def test_base_is_bert_base():
    assert load_preset("base").model == dataclasses.replace(
        QuickstartSettings().model, max_position_embeddings=512
    )


def test_a_preset_of_ones_own_says_only_what_is_different(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "tiny"\n[pretraining]\nsteps = 7\noptimizer.warmup = 0.5\n')
    mine, tiny = load_preset(str(path)), load_preset("tiny")
    assert mine.pretraining.steps == 7
    assert mine.pretraining.optimizer.warmup == 0.5
    optimizer = dataclasses.replace(tiny.pretraining.optimizer, warmup=0.5)
    pretraining = dataclasses.replace(tiny.pretraining, steps=7, optimizer=optimizer)
    assert mine == dataclasses.replace(tiny, preset=str(path), pretraining=pretraining)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("steps = 7", "unknown setting 'steps'"),
        ("[pretraining]\nstep = 7", "unknown setting 'step'"),
        ("pretraining = 7", "pretraining is 7, it has to be a group"),
        ("steps 7", "not readable TOML"),
        ('extends = "huge"', "no preset huge: choose base, chinese, "),
        ("[model]\nnum_attention_heads = 3", "not divisible by num_attention_heads 3"),
        ("[pretraining]\nlengths = [512]\nshares = [1.0]", "pairs of 512 tokens"),
        ('task = "poetry"', "task is 'poetry': choose one of bert, causal-lm"),
        ("extends = 3", "extends is 3: it must be the name of a preset"),
        ('extends = "mine.toml"', "extends itself"),
        ('preset = "tiny"', "preset is no setting of a file: write extends instead"),
        ('seed = "x"', "seed is 'x': it must be a whole number"),
        ('corpus = "sotu"', "corpus is 'sotu': it must be a list of words in quotes"),
        ('[pretraining]\nsteps = "abc"', "steps is 'abc': it must be a whole number"),
        ("[pretraining]\nsteps = true", "steps is True: it must be a whole number"),
        ("[pretraining]\nlengths = 16", "lengths is 16: it must be a list, as in [16, 64]"),
        (
            '[pretraining]\noptimizer.learning_rate = "1e-3"',
            "learning_rate is '1e-3': it must be a number",
        ),
        ('[pretraining]\ndtype = "float16"', "dtype is 'float16': it must be one of float32"),
        ("[finetuning]\nseeds = 2.5", "seeds is 2.5: it must be a whole number"),
        ('[finetuning.rate_factors]\na = "b"', "{'a': 'b'}: it must be a group of numbers"),
        ("[tagging]\ndate = 3", "unknown setting 'date'"),
        ("[answers]\nwords = { a = 3 }", "words is {'a': 3}: it must be a group of lists"),
    ],
)
def test_a_preset_that_cannot_be_is_a_users_mistake(tmp_path, content, says):
    path = tmp_path / "mine.toml"
    path.write_text(content if "extends" in content else f'extends = "tiny"\n{content}')
    with pytest.raises(UserError) as error:
        load_preset(str(path))
    assert says in str(error.value)


def test_a_preset_is_looked_for_beside_the_one_that_extends_it(tmp_path, monkeypatch):
    (tmp_path / "theirs.toml").write_text('extends = "tiny"\nseed = 5\n')
    (tmp_path / "mine.toml").write_text('extends = "theirs.toml"\n')
    monkeypatch.chdir("/")
    assert load_preset(str(tmp_path / "mine.toml")).seed == 5


def test_a_whole_number_is_a_number(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "tiny"\n[pretraining]\noptimizer.learning_rate = 1\n')
    assert load_preset(str(path)).pretraining.optimizer.learning_rate == 1


def test_no_such_preset():
    with pytest.raises(UserError, match="no preset nowhere: choose base"):
        load_preset("nowhere")


@pytest.mark.parametrize("name", preset_names())
def test_settings_come_back_from_json_as_they_were(tmp_path, name):
    settings = load_preset(name)
    facts = {"version": "1", "task": settings.task, **dataclasses.asdict(settings)}
    (tmp_path / "config.json").write_text(json.dumps(facts))
    assert settings_of_run(tmp_path) == settings


def test_parts_of_a_runs_settings():
    settings = load_preset("tiny")
    assert subset(BertSettings, settings).pretraining == settings.pretraining
    assert subset(ClassificationSettings, settings).data == settings.data
    assert not hasattr(subset(BertSettings, settings), "data")


def test_tagging_has_its_own_data_and_training_and_the_seed_of_the_whole(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'extends = "tiny"\nseed = 4\n[tagging]\ndata = "mine.txt"\n'
        "[tagging.finetuning]\nepochs = 7\n[tagging.finetuning.rate_factors]\npretrained = 0.5\n"
    )
    whole, settings = (
        load_preset(str(path)),
        preset_settings(str(path), TokenClassificationSettings),
    )
    assert settings == part_of(TokenClassificationSettings, whole)
    assert (settings.data, settings.seed, settings.preset) == ("mine.txt", 4, str(path))
    assert settings.finetuning == whole.tagging.finetuning and settings.finetuning.epochs == 7
    assert settings.finetuning.rate_factors == {"pretrained": 0.5}
    assert preset_settings(str(path), ClassificationSettings).data == "rotten-tomatoes"


def test_stages_begin_where_their_shares_say():
    config = PretrainingConfig(steps=10, lengths=(16, 32, 64), shares=(0.25, 0.5, 0.25))
    assert config.stages() == {0: 16, 3: 32, 8: 64}
    assert [config.length(step) for step in (0, 2, 3, 7, 8, 9)] == [16, 16, 32, 32, 64, 64]


# Former names


@pytest.mark.parametrize(
    ("config", "preset", "kind"),
    [
        ({"task": "translation", "preset": "translation"}, "translation", "bpe"),
        (
            {"task": "couplets", "preset": "couplets", "tokenizer": {"vocab_size": 21000}},
            "xiehouyu",
            "characters",
        ),
    ],
)
def test_a_run_of_a_former_task_is_that_of_todays(tmp_path, capsys, config, preset, kind):
    (tmp_path / "config.json").write_text(json.dumps(config))
    settings = settings_of_run(tmp_path)
    assert (settings.task, settings.preset, settings.tokenizer.kind) == ("seq2seq", preset, kind)
    said = f"of the former task {config['task']}, which is seq2seq with --preset {preset} now"
    assert said in capsys.readouterr().err


def test_a_fine_tuning_of_a_former_version_named_no_task(tmp_path):
    config = {"preset": "quickstart", "data": "mine.csv", "seed": 3, "finetuning": {"epochs": 5}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    settings = settings_of_run(tmp_path)
    assert isinstance(settings, ClassificationSettings)
    assert (settings.data, settings.finetuning.epochs) == ("mine.csv", 5)


def test_a_preset_keeps_its_former_name():
    assert load_preset("couplets").pairs == load_preset("xiehouyu").pairs


def test_the_folder_of_a_former_task_is_reported_and_compared(tmp_path):
    """Its summary has no metrics that describe themselves, and is not written anew."""
    for name, values in {
        "couplets": {"exact": 0.014, "retrieval_exact": 0.082, "f1": 0.1, "retrieval_f1": 0.17},
        "translation": {"chrf": 78.5, "copied_chrf": 70.3, "bleu": 65.0, "copied_bleu": 49.2},
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        losses = {"lm_loss": 2.1, "trigram_loss": 3.2, "unigram_loss": 5.1, "lm_accuracy": 0.4}
        summary = losses | {"perplexity": 8.2, "steps": 100} | values
        config = {"task": name, "preset": name, "pairs": "mine.tsv", "seed": 0}
        answers = {"pairs": [{"source": "泥菩萨过河", "answer": "自身难保", "references": ["x"]}]}
        stages = {"vocabulary": 1.0, "tokens": 1.0, "pretraining": 9.0}
        files = {"config": config, "summary": summary, "answers": answers, "stages": stages}
        for file, content in files.items():
            (folder / f"{file}.json").write_text(json.dumps(content))
        page = write_report(folder).read_text("utf-8")
        assert "perplexity of a token" in page and "zen-transformer translate" in page
        assert ("chrF of what was written" in page) == (name == "translation")
        assert ("character F1 of what was written" in page) == (name == "couplets")
        assert "not finished" not in page
        assert json.loads((folder / "summary.json").read_text()) == summary
    comparison = compare([read_run_with_metrics(tmp_path / n) for n in ("couplets", "translation")])
    (exact,) = (row for row in comparison.figures if row.name == "exactly right")
    assert exact.cells == ["1.4%", "–"]
