"""`tokenizer train --kind`: a vocabulary of each kind, from the command line."""

import subprocess
from pathlib import Path

import pytest
from command_line import run

from zen_transformer import (
    ByteLevelBPETokenizer,
    CharacterTokenizer,
    UserError,
    WordPieceTokenizer,
    load_tokenizer,
)
from zen_transformer.commands.tokenizer import TextSettings, TokenizerTarget, train_tokenizer
from zen_transformer.tasks.corpus_text import WordPieceConfig

ANIMALS = "cat dog bird fish horse cow goat sheep lion bear".split()
KINDS = {
    "wordpiece": WordPieceTokenizer,
    "bpe": ByteLevelBPETokenizer,
    "characters": CharacterTokenizer,
}


@pytest.fixture
def settings(tmp_path) -> TextSettings:
    texts = tmp_path / "texts.txt"
    texts.write_text("\n\n".join(f"The {animal} went Home." for animal in ANIMALS), "utf-8")
    return TextSettings(corpus=(str(texts),), tokenizer=WordPieceConfig(vocab_size=280))


@pytest.mark.parametrize("kind", KINDS)
def test_a_vocabulary_of_each_kind(settings, tmp_path, capsys, kind):
    folder = tmp_path / "tokenizer"
    target = TokenizerTarget(output=folder, kind=kind, held_out=0.0)
    train_tokenizer(target, settings)
    tokenizer = load_tokenizer(folder)
    assert type(tokenizer) is KINDS[kind]
    assert f"{tokenizer.vocab_size} pieces" in capsys.readouterr().out
    text = "The cat went Home."
    expected = "[CLS] the cat went home. [SEP]" if kind == "wordpiece" else text
    assert tokenizer.decode(tokenizer.encode(text).ids).replace(" .", ".") in expected
    with pytest.raises(UserError, match="holds a tokenizer already"):
        train_tokenizer(target, settings)


@pytest.mark.slow
def test_the_kind_is_an_option(settings, tmp_path):
    options = ["--corpus", *settings.corpus, "--tokenizer.vocab-size=280", "--output", "new"]

    def train(*more: str) -> subprocess.CompletedProcess[str]:
        return run("tokenizer", "train", *options, *more, cwd=tmp_path)

    assert train("--kind", "nonsense").returncode == 2
    done = train("--kind", "bpe")
    assert done.returncode == 0, done.stderr
    assert isinstance(load_tokenizer(Path(tmp_path) / "new"), ByteLevelBPETokenizer)
    smaller = train("--kind", "bpe", "--tokenizer.vocab-size=100", "--overwrite")
    assert smaller.returncode == 2
    assert smaller.stderr.count("\n") == 1 and "vocab_size is 100" in smaller.stderr
