"""Every mistake is made, is caught by its test, and is gone afterwards."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from zen_transformer.errors import UserError
from zen_transformer.gallery.swap import references_to, resolve
from zen_transformer.gallery.table import MISTAKES, find

ROOT = Path(__file__).parents[2]


def test_there_are_enough_of_them_and_no_two_are_one():
    assert len(MISTAKES) >= 15
    assert len({mistake.wrong for mistake in MISTAKES.values()}) == len(MISTAKES)
    assert len({mistake.look for mistake in MISTAKES.values()}) == len(MISTAKES)


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_its_test_fails_with_it_and_passes_when_it_is_gone(name):
    mistake = find(name)
    right = resolve(mistake.target)
    with mistake.applied():
        assert resolve(mistake.target) is mistake.wrong
        assert not references_to(right)
        with pytest.raises(AssertionError):
            mistake.check()
    assert resolve(mistake.target) is right
    assert not references_to(mistake.wrong)
    mistake.check()


@pytest.mark.parametrize("name", MISTAKES)
def test_the_test_that_its_page_names_exists(name):
    file, _, function = find(name).test.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert function in functions


def test_a_name_that_is_not_there_is_an_error_that_says_which_are():
    with pytest.raises(UserError, match=r"no mistake 'no-such' in the gallery: choose .*no-root"):
        find("no-such")


@pytest.mark.slow
def test_the_test_that_its_page_names_fails_with_it():
    script = Path(__file__).with_name("with_each_mistake.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    status = dict(re.findall(r"^([a-z0-9- ]+): ([A-Z_]+)$", done.stdout, re.MULTILINE))
    assert status.pop("right code") == "OK"
    assert status == dict.fromkeys(MISTAKES, "TESTS_FAILED")
