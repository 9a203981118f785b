"""Text and weights that ordinary pip packages carry."""

import importlib.util
from pathlib import Path

from zen_transformer.errors import UserError


def package_folder(
    package: str, module: str, extra: str = "corpora", install: str | None = None
) -> Path:
    """Where an installed package keeps its files; it is not imported.

    Raises:
        UserError: it is not installed; `extra` is what of ours brings it, or `install` says what to
            tell pip.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        what = install or f"'zen-transformer[{extra}]'"
        raise UserError(f"the package {package} is not installed: pip install {what}")
    return Path(next(iter(spec.submodule_search_locations)))
