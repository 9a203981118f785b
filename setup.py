"""The exercises of the course, which lie in lessons/, as data of the installed package; all else is
in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

EXERCISES = "lessons/*/exercises/*/*.*"


class BuildWithExercises(build_py):
    """Copies the exercises beside the package's modules; an editable installation has them in the
    clone."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for source in sorted(Path().glob(EXERCISES)):
            target = Path(self.build_lib) / "zen_transformer" / source
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


setup(cmdclass={"build_py": BuildWithExercises})
