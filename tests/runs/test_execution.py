import os
import signal

import pytest

from zen_transformer.errors import UserError
from zen_transformer.runs.execution import ExecutionConfig, first_alone, join_processes
from zen_transformer.runs.folder import ReadOnlyFolder
from zen_transformer.runs.shutdown import StopAfterStep


@pytest.mark.parametrize("who", ["", "here", "host:1,2", "host:1,2,x", "host:1,2,3,4"])
def test_who_takes_part_must_be_said_clearly(who):
    with pytest.raises(UserError, match=r"give auto or HOST:PORT,PROCESSES,NUMBER"):
        join_processes(who)


def test_where_no_cluster_is_detected(monkeypatch):
    def fail():
        raise ValueError("coordinator_address should be defined.")

    monkeypatch.setattr("jax.distributed.initialize", fail)
    with pytest.raises(UserError, match=r"distributed is auto, and that failed: coordinator_"):
        join_processes("auto")


def test_a_profile_that_cannot_be_read_is_noticed_at_once():
    with pytest.raises(UserError, match="profile is 5"):
        ExecutionConfig(profile="5").join()


def test_alone_a_process_is_the_first():
    with first_alone():
        pass


def test_who_may_only_read_writes_nothing(tmp_path):
    run = ReadOnlyFolder(tmp_path / "run")
    with run.locked():
        run.check(None, resume=False, overwrite=False)
        run.begin(None, resume=False, overwrite=False, made_from={})
        run.log("pretraining", 1, {})
        run.keep_rows("pretraining", 1)
        run.write_json("summary.json", {})
        run.finish("pretraining", 1.0)
    assert not run.path.exists()


# To be stopped


class Handled(Exception):
    """What a test's own handler does."""


@pytest.fixture
def handler():
    def handle(number, frame):
        raise Handled

    before = signal.signal(signal.SIGTERM, handle)
    yield
    signal.signal(signal.SIGTERM, before)


def send():
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.usefixtures("handler")
def test_a_signal_waits_for_the_end_of_the_step():
    with pytest.raises(Handled), StopAfterStep() as shutdown:
        assert not shutdown.requested(0)
        send()
        assert shutdown.requested(1)
        assert shutdown.stopped
        finished = True
    assert finished


@pytest.mark.usefixtures("handler")
def test_a_second_one_does_not():
    with pytest.raises(Handled), StopAfterStep():
        send()
        send()
        pytest.fail("the second signal was ignored")


@pytest.mark.usefixtures("handler")
def test_an_error_comes_before_the_signal():
    with pytest.raises(UserError), StopAfterStep():
        send()
        raise UserError("a mistake")
    with pytest.raises(Handled):  # and afterwards all is as it was
        send()


@pytest.mark.usefixtures("handler")
def test_without_a_signal_nothing_happens():
    with StopAfterStep() as shutdown:
        pass
    assert not shutdown.stopped
