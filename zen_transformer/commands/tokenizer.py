"""`zen-transformer tokenizer train`: a vocabulary from text."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from tqdm import tqdm
from tyro.conf import arg

from zen_transformer.checkpoints.files import CONFIG
from zen_transformer.data.corpora import Document
from zen_transformer.errors import UserError
from zen_transformer.presets.loading import load_preset
from zen_transformer.tasks.settings import TextSettings, TokenizerConfig, part
from zen_transformer.tasks.text import learn_tokenizer, read_corpus_with_progress
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.characters import CharacterTokenizer
from zen_transformer.tokenizers.files import TOKENIZER_FILE

Kind = Literal["wordpiece", "bpe", "characters"]


def train_tokenizer(
    output: Path,
    settings: Annotated[TextSettings, arg(name="")] = part(TextSettings, load_preset()),
    kind: Kind = "wordpiece",
    held_out: float = load_preset().pretraining.held_out,
    overwrite: bool = False,
) -> None:
    """Learn a vocabulary from text.

    For example:

      zen-transformer tokenizer train --corpus sotu my_texts/ --output runs/tokenizer
      zen-transformer tokenizer train --corpus sotu --kind bpe --output runs/gpt_tokenizer

    Args:
        output: folder for tokenizer.json and the other files that HuggingFace reads.
        kind: wordpiece, BERT's; bpe, GPT-2's, of bytes; characters, each one a piece. The last two
            keep the text as it is: of the tokenizer's settings only vocab-size is theirs.
        held_out: part of the documents to leave out, as `pretrain` will leave them out.
        overwrite: replace a tokenizer in the folder.
    """
    _check_place(output, overwrite)
    documents = read_corpus_with_progress(settings.corpus, held_out)
    learnt = _learn(kind, documents.train, settings.tokenizer)
    learnt.save_pretrained(output)
    print(f"{learnt.vocab_size} pieces, the last ones {', '.join(learnt.vocabulary[-5:])}")
    print(f"written to {output}")


def _learn(kind: Kind, documents: Iterable[Document], config: TokenizerConfig) -> Tokenizer:
    """A tokenizer of the kind that was asked for."""
    if kind == "wordpiece":
        return learn_tokenizer(documents, config)
    texts = (document.text for document in documents)
    if kind == "characters":
        return CharacterTokenizer.train(texts, config.vocab_size)
    with tqdm(total=config.vocab_size, desc="vocabulary", unit="merge", disable=None) as bar:
        return ByteLevelBPETokenizer.train(
            texts, config.vocab_size, report=lambda pair, count: bar.update()
        )


def _check_place(folder: Path, overwrite: bool) -> None:
    """Raise a `UserError` rather than replace a tokenizer that something else depends on."""
    if (folder / CONFIG).exists():
        raise UserError(
            f"{folder} holds a model or a run, which would no longer fit its tokenizer: choose "
            "another folder"
        )
    if (folder / TOKENIZER_FILE).exists() and not overwrite:
        raise UserError(
            f"{folder} holds a tokenizer already: replace it by --overwrite, or choose another "
            "folder"
        )
