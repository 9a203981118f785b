"""How the tests and the processes that they start compile their programs.

The programs are small and run once or twice: what takes time is compiling them. So little is
optimized, and what has been compiled is kept in a folder, for other processes and later sessions.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import jax
import jaxlib

FOLDER = Path(__file__).parents[1] / "build" / "compiled-tests"
LARGEST = 2**30
"""Bytes after which the folder is emptied when a session begins."""

# XLA's older code generator, in one thread: three times as quick to compile for a CPU.
FLAGS = "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"

# Versions of XLA know different flags, and end where they do not know one. On some processors
# a program that is read back is complained about on standard error.
TRIAL = """
import sys, jax
run, x = jax.jit(lambda x: x @ jax.numpy.tanh(x)), jax.numpy.ones((3, 3))
run(x)
jax.clear_caches()
print("read back", file=sys.stderr, flush=True)
run(x)
"""


# Who is killed while keeping a program leaves half of it, which JAX warns of and compiles anew.
QUIET = ",".join(
    f"ignore:Error {doing} persistent compilation cache entry" for doing in ("reading", "writing")
)


def compile_quickly() -> None:
    """Set JAX's options here, and in the environment for all processes that are started."""
    settings: dict[str, str | int] = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "true"}
    if "ZEN_XLA_FLAGS" not in os.environ:  # the first of the session's processes
        os.environ["ZEN_XLA_FLAGS"] = _accepted_flags()
    if flags := os.environ["ZEN_XLA_FLAGS"]:
        given = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = given if flags in given else f"{given} {flags}".strip()
        settings |= _keeping(FOLDER)
        known = os.environ.get("PYTHONWARNINGS", "")
        os.environ["PYTHONWARNINGS"] = known if QUIET in known else f"{known},{QUIET}".strip(",")
    for name, value in settings.items():
        os.environ[name] = str(value)
        jax.config.update(name.lower(), True if value == "true" else value)


def without_settings() -> dict[str, str]:
    """Return the environment without what was set here."""
    ours = {"JAX_DISABLE_MOST_OPTIMIZATIONS", *_keeping(FOLDER)}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    flags = kept.pop("XLA_FLAGS", "").replace(FLAGS, "").strip()
    return kept | ({"XLA_FLAGS": flags} if flags else {})


def _keeping(folder: Path) -> dict[str, str | int]:
    return {
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": 0,
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": -1,
    }


def _accepted_flags() -> str:
    """The flags, if this version of XLA and this processor take them; tried once."""
    known = FOLDER / f"flags-{jaxlib.__version__}"
    if known.is_file() and sum(path.stat().st_size for path in FOLDER.iterdir()) < LARGEST:
        return known.read_text()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    options = {name: str(value) for name, value in _keeping(FOLDER).items()}
    options |= {"XLA_FLAGS": FLAGS, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", TRIAL]
    tried = subprocess.run(command, env=os.environ | options, capture_output=True, text=True)
    accepted = FLAGS if tried.stderr.strip().endswith("read back") else ""
    known.write_text(accepted)
    return accepted
