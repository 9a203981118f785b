"""The process in which a student's code runs, seen from outside: how it is started and ended."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

COPIED = ("calls", "fence", "frames", "limits", "values", "worker")
"""The files of this folder that it works with."""

PROGRAM = (
    "import sys; sys.path += sys.argv[1:]; from zen_transformer.grading.worker import main; main()"
)
BARE = ["-I", "-S", "-B", "-X", "utf8"]
"""No variables, no start-up files, no installed packages, no current folder."""

PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "JAX_ENABLE_X64": "1",
    "JAX_PLATFORMS": "cpu",
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # not worth it for what is run once
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@contextmanager
def worker_process(sites: Iterable[str]) -> Iterator[subprocess.Popen]:
    """Start it in a folder of its own, where there is nothing but what it works with.

    At the end it is killed, with whatever it has started, and the folder goes.

    Args:
        sites: the folders from which it may import packages.
    """
    with tempfile.TemporaryDirectory(prefix="zen-grade-", ignore_cleanup_errors=True) as folder:
        _copy_worker(Path(folder))
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, *BARE, "-c", PROGRAM, folder, *sites],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**kept, **SETTINGS, "HOME": folder},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill(process)
            process.wait()


def _copy_worker(folder: Path) -> None:
    package = folder / "zen_transformer" / "grading"
    package.mkdir(parents=True)
    for place in (package.parent, package):
        (place / "__init__.py").touch()
    for name in COPIED:
        shutil.copy(Path(__file__).with_name(f"{name}.py"), package)


def kill(process: subprocess.Popen) -> None:
    """It and everything in its group; nothing where it is gone already."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def sites_of(packages: Iterable[str]) -> list[str]:
    """The folders in which packages are installed, without importing these."""
    specs = (importlib.util.find_spec(name) for name in packages)
    found = (spec.submodule_search_locations for spec in specs if spec)
    return sorted({str(Path(places[0]).parent) for places in found if places})
