"""The folders of pip packages that carry texts or weights."""

import importlib.util
from pathlib import Path

from zen_transformer.errors import UserError


def package_folder(
    package: str, module: str, extra: str = "corpora", install: str | None = None
) -> Path:
    """Return the folder of an installed package, without importing it.

    Args:
        package: its name on PyPI.
        module: its name in Python.
        extra: the extra of this package that installs it, for the error.
        install: the arguments of `pip install`, for the error, if no extra installs it.

    Raises:
        UserError: it is not installed.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        what = install or f"'zen-transformer[{extra}]'"
        raise UserError(f"the package {package} is not installed: pip install {what}")
    return Path(next(iter(spec.submodule_search_locations)))
