"""The small course that the tests of the grader work with."""

import pytest
from grading.sample import shares, write_course


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The folder of its lessons."""
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def exercise(course):
    """Its first exercise."""
    return shares(course)
