"""Run the test that each page names, with the mistake made, and print what came of it.

It is run by test_mistakes.py in a process of its own, since it runs pytest many times.
"""

import sys
from pathlib import Path

import pytest

from zen_transformer.gallery.table import MISTAKES

TESTS = Path(__file__).parents[1]
WRONG = [mistake.wrong for mistake in MISTAKES.values()]
"""Imported before a pytest session checks types in all that is imported."""


def forget_the_tests() -> None:
    """So that they are imported anew, and import what stands in the package now."""
    for name, module in list(sys.modules.items()):
        if (
            Path(getattr(module, "__file__", None) or "/").is_relative_to(TESTS)
            and name != "__main__"
        ):
            del sys.modules[name]


def run(*tests: str) -> str:
    """What pytest says of some tests, in one word."""
    quietly = ["-q", "-x", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
    code = pytest.main([*quietly, *(str(TESTS.parent / test) for test in tests)])
    forget_the_tests()
    return pytest.ExitCode(code).name


print(
    "\nright code:", run(*dict.fromkeys(mistake.test for mistake in MISTAKES.values())), flush=True
)
for mistake in MISTAKES.values():
    with mistake.applied():
        print(f"\n{mistake.name}:", run(mistake.test), flush=True)
