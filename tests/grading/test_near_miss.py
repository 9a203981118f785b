"""The file that was meant is named, and no other."""

import pytest

from zen_transformer.grading.near_miss import near_miss


@pytest.mark.parametrize(
    "file",
    [
        "split_heads (1).py",
        "Split_Heads.py",
        "splitheads.py",
        "split-heads.py",
        "split heads.py",
        "split_heads.py.txt",
        "split_heads - Copy.py",
        "split_heads_final.py",
        "split_heads_v2.py",
        "split_heads.txt",
    ],
)
def test_what_was_meant(file):
    assert near_miss("split_heads", ["notes.txt", file]) == (
        f"there is {file!r}: rename it to split_heads.py"
    )


def test_a_notebook():
    message = "there is 'softmax.ipynb': copy the function from the notebook to softmax.py"
    assert near_miss("softmax", ["softmax.ipynb"]) == message


@pytest.mark.parametrize(
    "file",
    ["test_softmax.py", "softmax.png", "soft.py", "softmax2d.py", "softmax", "log_softmax.py"],
)
def test_what_was_not_meant(file):
    assert near_miss("softmax", [file]) == ""


def test_what_a_terminal_would_obey_is_not_printed():
    assert "\x1b" not in near_miss("softmax", ["softmax \x1b(1).py"])
