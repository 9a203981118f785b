"""A run's folder: begun, resumed, replaced, locked, and what a killed process leaves of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from zen_transformer import UserError
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.classification import ClassificationConfig, ClassificationSettings

SETTINGS = ClassificationSettings(seed=3)


@pytest.fixture
def run(tmp_path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    with folder.locked():
        folder.begin(SETTINGS, resume=False, overwrite=False, made_from={})
        yield folder


def test_a_run_begins_with_its_settings(run):
    config = json.loads(run.config.read_text())
    assert config["seed"] == 3
    assert config["finetuning"]["optimizer"]["beta2"] == 0.999
    assert run.stages() == {}


def test_a_run_is_not_replaced_unasked(run):
    run.finish("a", 1.0)
    with pytest.raises(UserError, match=r"holds a run already: go on with it by --resume"):
        run.begin(SETTINGS, resume=False, overwrite=False, made_from={})


def test_a_run_of_which_nothing_is_finished_is(run):
    (run.path / "model").mkdir()
    run.begin(ClassificationSettings(seed=5), resume=False, overwrite=False, made_from={})
    assert json.loads(run.config.read_text())["seed"] == 5
    assert not run.model.exists()


@pytest.mark.parametrize("name", ["model", "config.json", "plots"])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("resume", [False, True])
def test_what_no_run_wrote_is_not_removed(tmp_path, name, resume, overwrite):
    (tmp_path / name).mkdir()
    with pytest.raises(UserError, match=f"holds {name}, but no run: choose another folder"):
        RunFolder(tmp_path).begin(SETTINGS, resume, overwrite, made_from={})
    assert (tmp_path / name).is_dir()


def test_overwriting_a_run_says_what_is_left(run, capsys):
    run.finish("a", 1.0)
    run.model.mkdir()
    for name in ("notes.txt", "ideas", "summary.json.0123456789abcdef.tmp"):
        (run.path / name).mkdir()
    run.begin(SETTINGS, resume=False, overwrite=True, made_from={})
    said = f"left in {run.path}, since no run wrote it: ideas, notes.txt\n"
    assert capsys.readouterr().out == said
    assert not run.model.exists()


def test_overwriting_removes_a_link_and_not_what_it_points_to(run, tmp_path):
    run.finish("a", 1.0)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    run.model.symlink_to(tmp_path / "mine")
    run.begin(SETTINGS, resume=False, overwrite=True, made_from={})
    assert not run.model.is_symlink() and (tmp_path / "mine" / "file").is_file()


def checkpoint(run) -> Path:
    path = run.checkpoints / "pretrained-100-0" / "step-00000009.safetensors"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


@pytest.mark.parametrize("resume", [False, True])
def test_a_run_whose_settings_are_lost_is_not_advised_to_be_replaced(run, resume):
    run.finish("a", 1.0)
    good = checkpoint(run)
    run.config.unlink()
    says = r"a run without the config.json that it was begun with: bring that back, or choose"
    with pytest.raises(UserError, match=says) as error:
        run.begin(SETTINGS, resume, overwrite=False, made_from={})
    assert "--overwrite" not in str(error.value)
    assert good.is_file()


def test_checkpoints_are_kept_where_the_list_of_stages_is_empty(run):
    good = checkpoint(run)
    assert run.stages() == {} and not run.is_bare()
    with pytest.raises(UserError, match="holds a run already"):
        run.begin(SETTINGS, resume=False, overwrite=False, made_from={})
    run.begin(SETTINGS, resume=True, overwrite=False, made_from={})
    assert good.is_file()
    run.begin(SETTINGS, resume=False, overwrite=True, made_from={})
    assert not good.exists() and run.is_bare()


@pytest.mark.parametrize("there", [False, True])
def test_a_mistake_before_the_first_stage_ends_leaves_the_folder_as_it_was(tmp_path, there):
    folder = RunFolder(tmp_path / "run")
    if there:
        folder.path.mkdir()
        (folder.path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="too little"), folder.locked():
        folder.begin(SETTINGS, resume=False, overwrite=False, made_from={})
        raise UserError("too little text")
    left = [path.name for path in tmp_path.rglob("*")]
    assert left == (["run", "notes.txt"] if there else [])


def test_a_mistake_after_a_stage_keeps_it(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(UserError), folder.locked():
        folder.begin(SETTINGS, resume=False, overwrite=False, made_from={})
        folder.finish("a", 1.0)
        raise UserError("too few sentences")
    assert folder.stages() == {"a": 1.0}


@pytest.mark.parametrize("removed", range(4))
def test_a_run_that_is_only_half_removed_can_begin_anew(run, removed, monkeypatch):
    """Killed while an old run is being overwritten."""
    run.log("a", 1, {})
    run.finish("a", 1.0)
    for path in (run.model, run.tokens):
        path.mkdir()
    written = [path for path in run._written() if path != run.metrics]

    def remove_some(self):
        yield from written[:removed]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(RunFolder, "_written", remove_some)
        run.begin(SETTINGS, resume=False, overwrite=True, made_from={})
    run.begin(SETTINGS, resume=True, overwrite=False, made_from={})
    assert run.stages() == {} and not run.model.exists() and not run.tokens.exists()


def test_overwriting_leaves_nothing_of_the_old_run(run):
    run.log("a", 1, {})
    run.finish("a", 1.0)
    run.model.mkdir()
    (run.path / "notes.txt").write_text("mine")
    run.begin(ClassificationSettings(), resume=False, overwrite=True, made_from={})
    assert not run.model.exists() and not run.metrics.exists() and run.stages() == {}
    assert json.loads(run.config.read_text())["seed"] == 0
    assert (run.path / "notes.txt").read_text() == "mine"


def test_resuming_where_nothing_is_begins(tmp_path):
    folder = RunFolder(tmp_path / "new")
    with folder.locked():
        folder.begin(SETTINGS, resume=True, overwrite=False, made_from={})
    assert folder.config.is_file()


def test_resuming_with_other_settings_names_the_first_that_differs(run):
    run.finish("a", 1.0)
    run.begin(SETTINGS, resume=True, overwrite=False, made_from={})
    other = ClassificationSettings(seed=3, finetuning=ClassificationConfig(epochs=7))
    says = "finetuning.epochs is 7, the run in .* was started with 2: leave it out"
    with pytest.raises(UserError, match=says):
        run.begin(other, resume=True, overwrite=False, made_from={})


def test_resuming_with_something_else_to_learn_from_is_refused(tmp_path):
    folder = RunFolder(tmp_path)
    folder.begin(SETTINGS, resume=False, overwrite=False, made_from={"model": "12"})
    folder.finish("a", 1.0)
    folder.begin(SETTINGS, resume=True, overwrite=False, made_from={"model": "12"})
    with pytest.raises(UserError, match=r"the model of the run in .* changed since it was started"):
        folder.begin(SETTINGS, resume=True, overwrite=False, made_from={"model": "34"})


def test_finished_stages_are_kept_in_their_order(run):
    run.finish("one", 1.23456)
    run.finish("two", 2)
    assert list(run.stages().items()) == [("one", 1.235), ("two", 2)]


def test_weights_that_changed_since_their_training_ended_are_refused(run):
    run.model.mkdir()
    weights = run.model / "model.safetensors"
    weights.write_bytes(b"weights")
    run.check_weights("model")  # of a former version, which kept no checksum
    run.keep_checksum("model")
    run.check_weights("model")
    weights.write_bytes(b"Weights")
    with pytest.raises(UserError, match=r"the weights in .*model changed since their training"):
        run.check_weights("model")
    weights.unlink()
    with pytest.raises(UserError, match="changed since their training"):
        run.check_weights("model")


def test_rows_of_one_stage_and_forgetting_the_latest(run):
    for stage, step in [("a", 1), ("b", 1), ("a", 2), ("a", 3)]:
        run.log(stage, step, {"x": step / 2})
    assert run.rows("a")[1] == {"stage": "a", "step": 2, "x": 1.0}
    run.keep_rows("a", 1)
    assert [row["step"] for row in run.rows("a")] == [1]
    assert len(run.rows("b")) == 1


def test_half_a_line_is_forgotten_before_others_follow(run):
    run.log("a", 1, {})
    with run.metrics.open("a") as file:
        file.write('{"stage": "a", "st')
    assert len(run.rows("a")) == 1
    run.begin(SETTINGS, resume=True, overwrite=False, made_from={})
    run.log("a", 2, {})
    assert [row["step"] for row in run.rows("a")] == [1, 2]


def test_a_damaged_line_is_an_error_that_names_the_file(run):
    run.metrics.write_text('{"stage": "a", "step": 1}\nnonsense\n')
    with pytest.raises(UserError, match=r"metrics\.jsonl is not readable JSON"):
        run.rows("a")


LOCK = """
import sys, time
from pathlib import Path
from zen_transformer.runs.folder import RunFolder
with RunFolder(Path(sys.argv[1])).locked():
    print("locked", flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_two_processes_do_not_write_to_one_folder_and_a_dead_one_locks_nothing(tmp_path):
    other = subprocess.Popen(
        [sys.executable, "-c", LOCK, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdout.readline() == "locked\n"
    with pytest.raises(UserError, match="another run is writing to"), RunFolder(tmp_path).locked():
        pass
    other.kill()
    other.wait()
    with RunFolder(tmp_path).locked():
        pass
