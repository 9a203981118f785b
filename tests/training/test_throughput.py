import jax
import pytest

from zen_transformer.training import throughput


def test_the_peak_of_a_cpu_is_measured():
    assert 1e8 < throughput.peak_rate() < 1e14
    assert throughput.peak_rate() == throughput.peak_rate()  # once


@pytest.mark.parametrize(("kind", "peak"), [("NVIDIA H100 80GB HBM3", 989e12), ("Unknown", None)])
def test_that_of_a_gpu_is_in_its_data_sheet(monkeypatch, kind, peak):
    class Device:
        platform, device_kind = "gpu", kind

    monkeypatch.setattr(jax, "devices", lambda: [Device])
    assert throughput.peak_rate.__wrapped__() == peak


def test_memory_is_that_of_the_process():
    assert 0.05 < throughput.peak_gigabytes() < 1000


def test_or_of_the_fullest_device(monkeypatch):
    class Device:
        def __init__(self, used):
            self.used = used

        def memory_stats(self):
            return {"peak_bytes_in_use": self.used}

    monkeypatch.setattr(jax, "local_devices", lambda: [Device(1e9), Device(3e9)])
    assert throughput.peak_gigabytes() == 3.0
