"""What is said of an exception that no command handles."""

import platform
import shlex
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from zen_transformer.errors import shortened

PROGRAM = "zen-transformer"


def lacks_memory(error: Exception) -> bool:
    """Whether there was not enough memory, as Python, NumPy and XLA say it; JAX is not imported."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


def describe_lack(error: Exception) -> str:
    """Say that there was not enough memory, and what can be done."""
    lines = str(error).strip().splitlines() or ["it does not say of how much"]
    return (
        f"there is not enough memory ({shortened(lines[0], 160)}): choose smaller batches, shorter "
        "texts or a smaller model"
    )


def describe_fault(error: Exception, arguments: Sequence[str]) -> str:
    """Write the traceback to a new file, and say in a line where it is."""
    kind = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return (
        f"this is a fault of {PROGRAM} and not yours ({kind}): {_written(error, arguments)}, which "
        "whoever mends it needs"
    )


def _written(error: Exception, arguments: Sequence[str]) -> str:
    """Where the traceback is; the traceback itself, if no file can be written."""
    text = "".join(traceback.format_exception(error))
    command = shlex.join([PROGRAM, *arguments])
    versions = f"{PROGRAM} {version(PROGRAM)}, Python {platform.python_version()}"
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix=f"{PROGRAM}-",
            suffix=".txt",
            encoding="utf-8",
            errors="backslashreplace",
            delete=False,
        ) as file:
            file.write(f"{command}\n{versions}, {platform.platform()}\n\n{text}")
    except OSError:
        return f"its traceback is {text}"
    return f"its traceback is in {Path(file.name)}"
