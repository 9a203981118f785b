"""The clock of a process: it goes on in sleep, and stands still where others have the cores."""

import time

from zen_transformer.grading import clock
from zen_transformer.grading.clock import Clock, seconds_waiting


def test_sleep_counts():
    one = Clock(process=2**30)
    time.sleep(0.05)
    assert 0.05 <= one.seconds < 5


def test_what_others_took_does_not_count(monkeypatch):
    monkeypatch.setattr(clock, "seconds_waiting", lambda process: 0.04)
    one = Clock(process=1)
    time.sleep(0.1)
    first = one.seconds
    assert first < time.monotonic() - one.started - 0.03
    monkeypatch.setattr(clock, "seconds_waiting", lambda process: 0.0)  # it has ended
    assert one.seconds < time.monotonic() - one.started - 0.03


def test_patience_has_an_end(monkeypatch):
    monkeypatch.setattr(clock, "seconds_waiting", lambda process: 1000.0)
    one = Clock(process=1)
    time.sleep(0.06)
    assert one.seconds >= 0.02


def test_nobody_waits_who_is_not_there():
    assert seconds_waiting(2**30) == 0.0
