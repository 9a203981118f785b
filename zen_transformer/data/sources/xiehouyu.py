"""Xiehouyu: Chinese sayings in two parts, a riddle and its solution, which is often left unsaid.

    泥菩萨过河  →  自身难保        a clay Buddha crosses the river: hard enough to save itself

The package `jionlp` carries some 17,000 of them. Its file is read without importing the package,
whose dependencies take more than a hundred megabytes.
"""

from zipfile import ZipFile

from zen_transformer.data.sources.packages import package_folder

PACKAGE = "jionlp==1.5.31"


def sayings() -> list[tuple[str, str]]:
    """Return the sayings as pairs of their two parts. A line with only one part is left out; a line
    with several second parts makes several pairs.

    Raises:
        UserError: the package is not installed.
    """
    folder = package_folder("jionlp", "jionlp", install=f"--no-deps {PACKAGE}") / "dictionary"
    with ZipFile(folder / "xiehouyu.zip") as file:
        lines = file.read("xiehouyu.txt").decode("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if "\t" in line]
    return [(first, second) for first, seconds in pairs for second in seconds.split(";")]
