"""Xiehouyu: Chinese sayings in two parts, a riddle and the punchline that is often left unsaid.

    泥菩萨过河  →  自身难保        a clay Buddha crosses the river: hard enough to save itself

The package `jionlp` carries some 17,000 of them. Its file is read, and the package is not imported:
what it needs besides weighs a hundred megabytes and more.
"""

from zipfile import ZipFile

from zen_transformer.data.sources.packages import package_folder

PACKAGE = "jionlp==1.5.31"


def sayings() -> list[tuple[str, str]]:
    """Riddles with their punchlines. Lines with only one of the two are left out; where a line has
    several punchlines, each makes a pair.

    Raises:
        UserError: the package is not installed.
    """
    folder = package_folder("jionlp", "jionlp", install=f"--no-deps {PACKAGE}") / "dictionary"
    with ZipFile(folder / "xiehouyu.zip") as file:
        lines = file.read("xiehouyu.txt").decode("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if "\t" in line]
    return [(riddle, target) for riddle, targets in pairs for target in targets.split(";")]
