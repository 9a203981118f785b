"""The exercises in a wheel: what is installed without a clone has the course."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder of packages with what a wheel of this one holds, and nothing of the clone."""
    pytest.importorskip("setuptools")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, source)
    for name in ("zen_transformer", "lessons"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    shutil.rmtree(source)
    return folder / "site"


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zen_transformer.commands.main", *arguments],
        cwd=site.parent,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )


def test_the_wheel_has_every_file_of_every_exercise(site):
    def files(folder: Path) -> set[str]:
        paths = folder.glob("lessons/*/exercises/*/*.*")
        return {path.relative_to(folder).as_posix() for path in paths}

    assert files(site / "zen_transformer") == files(ROOT) != set()
    assert not (site / "lessons").exists()


def test_the_course_is_listed_handed_out_and_graded(site):
    listed = run(site, "exercise", "list")
    assert listed.returncode == 0 and "softmax" in listed.stdout, listed.stderr
    assert run(site, "assignment", "03", "work").returncode == 0
    graded = run(site, "grade", "work", "--exercise", "softmax")
    assert f"exercises of {site / 'zen_transformer' / 'lessons'}" in graded.stdout, graded.stderr
    assert graded.returncode == 1 and not graded.stderr
