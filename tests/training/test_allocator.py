import subprocess
import sys
from pathlib import Path

import pytest

import zen_transformer.training.allocator as allocator

COUNT_FAULTS = """
import resource, sys
from zen_transformer.training.allocator import keep_freed_memory
assert sys.argv[1] == "not" or keep_freed_memory()
for _ in range(10):
    b"x" * 80_000_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(not Path("/lib/x86_64-linux-gnu/libc.so.6").exists(), reason="needs glibc")
def test_memory_that_is_used_again_is_not_fetched_again():
    faults = [
        int(subprocess.check_output([sys.executable, "-c", COUNT_FAULTS, how]))
        for how in ("not", "kept")
    ]
    assert faults[1] < 0.5 * faults[0]


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda name: object())
    assert not allocator.keep_freed_memory()
