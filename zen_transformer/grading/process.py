"""Starts and ends the process in which a student's code runs."""

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

COPIED = ("calls", "fence", "frames", "limits", "sandbox", "values", "worker")
"""The files of this folder that the process needs."""

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
    """Start the process in a temporary folder that holds only the files that it needs.

    At the end it is killed, with all that it has started, and the folder is removed.

    Args:
        sites: folders from which it may import packages.
    """
    with tempfile.TemporaryDirectory(prefix="zen-grade-", ignore_cleanup_errors=True) as folder:
        _copy_worker(Path(folder))
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, *BARE, "-c", PROGRAM, folder, *sites],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**environment, **SETTINGS, "HOME": folder},
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
    """Kill a process and its group, if they still run."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def site_folders(packages: Iterable[str]) -> list[str]:
    """Find the folders in which packages are installed, without importing them."""
    specs = (importlib.util.find_spec(name) for name in packages)
    locations = (spec.submodule_search_locations for spec in specs if spec)
    return sorted({str(Path(folders[0]).parent) for folders in locations if folders})
