"""The documents that a model was trained on, and those that were held out."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.splits import Corpus
from zen_transformer.errors import UserError
from zen_transformer.runs.folder import RunFolder


class TrainingCorpus(NamedTuple):
    """Names of corpora, and the share of their documents that is held out."""

    names: tuple[str, ...]
    held_out: float

    def load(self) -> Corpus:
        """Read the corpora and split them as the run did."""
        return Corpus(parse_mix(self.names)[0], self.held_out)


def find_training_corpus(
    model: Path, names: Sequence[str] = (), held_out: float = 0.1
) -> TrainingCorpus:
    """Find the corpora that a model was trained on.

    Args:
        model: a run's folder, or another folder if `names` are given.
        names: corpora to use in place of the run's own.
        held_out: share of the documents that is held out, where the run does not say.

    Raises:
        UserError: the folder is not that of a run, and no names are given.
    """
    if names:
        return TrainingCorpus(tuple(names), held_out)
    config = RunFolder(model).read_json("config.json")
    if "corpus" not in config:
        raise UserError(
            f"{model} does not say what it learnt from: name a run's folder with --model, or what "
            "the prompts are to come from with --corpus"
        )
    of_pretraining = config.get("pretraining", {}).get("held_out", held_out)
    return TrainingCorpus(tuple(config["corpus"]), config.get("corpus_held_out", of_pretraining))
