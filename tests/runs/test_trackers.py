import sys
import time
from types import SimpleNamespace

import pytest

from zen_transformer.errors import UserError
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trackers import choose_trackers


def test_no_tracker_unasked(tmp_path):
    assert choose_trackers(tmp_path, tensorboard=False, wandb=False) == []


@pytest.mark.slow
def test_what_is_logged_is_in_the_event_file(tmp_path):
    pytest.importorskip("tensorboardX")
    run = RunFolder(tmp_path)
    run.trackers = choose_trackers(tmp_path, tensorboard=True, wandb=False)
    run.log("pretraining", 7, {"loss": 2.5, "name": "not a number"})
    (events,) = (tmp_path / "tensorboard").iterdir()
    written_by = time.monotonic() + 30
    while b"pretraining/loss" not in events.read_bytes():
        assert time.monotonic() < written_by
        time.sleep(0.1)
    assert b"not a number" not in events.read_bytes()
    assert run.rows("pretraining")[0]["loss"] == 2.5


def test_weights_and_biases_is_told_the_same(tmp_path, monkeypatch):
    told = []
    run = SimpleNamespace(log=told.append)
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=lambda project, name: run))
    (track,) = choose_trackers(tmp_path, tensorboard=False, wandb=True)
    track("pretraining", 7, {"loss": 2.5})
    assert told == [{"pretraining/step": 7, "pretraining/loss": 2.5}]


@pytest.mark.parametrize(("package", "option"), [("tensorboardX", "tensorboard"), ("wandb",) * 2])
def test_what_is_missing_is_named(tmp_path, monkeypatch, package, option):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=f"{package} is not installed: pip install {package}"):
        choose_trackers(tmp_path, **{"tensorboard": False, "wandb": False, option: True})
