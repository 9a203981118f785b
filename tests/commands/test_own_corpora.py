"""Corpora as people have them: a sentence in each line, and a single document."""

import json

import pytest
from in_process import run_here

pytestmark = pytest.mark.slow
ANIMALS = "cat dog bird fish horse cow goat sheep lion bear".split()
SENTENCES = [s for a in ANIMALS for s in (f"the {a} went home .", f"it was a good {a} .")]
BERT = (
    "--tokenizer.vocab-size=60 --model.hidden-size=8 --model.num-attention-heads=2 "
    "--pretraining.steps=2 --pretraining.reports=1 --pretraining.evaluation-batches=1 "
    "--pretraining.batch-tokens=64 --pretraining.lengths 16 --pretraining.shares 1"
).split()
GPT = (
    "--task causal-lm --tokenizer.vocab-size=270 --model.n-embd=8 --model.n-head=2 "
    "--model.n-layer=1 --model.n-positions=16 --pretraining.steps=2 --pretraining.reports=1 "
    "--pretraining.evaluation-batches=1 --pretraining.batch-tokens=64"
).split()
CORPORA = {
    "BERT's own format": "\n\n".join(
        "\n".join(SENTENCES[at : at + 4]) for at in range(0, len(SENTENCES), 4)
    ),
    "a single document": "\n".join(SENTENCES),
    "a single line": " ".join(s.capitalize() for s in SENTENCES),
}


@pytest.mark.parametrize("options", [BERT, GPT], ids=["bert", "gpt"])
@pytest.mark.parametrize("content", CORPORA.values(), ids=list(CORPORA))
def test_it_can_be_pretrained_on(tmp_path, options, content):
    (tmp_path / "own.txt").write_text(content)
    places = ["--corpus", tmp_path / "own.txt", "--output", tmp_path / "run"]
    ended = run_here("pretrain", *places, *options)
    assert ended.code == 0, ended.stderr
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["metrics"]
