"""README's tables are what exists, its Python runs, and the links of all pages lead somewhere."""

import re
from pathlib import Path

import numpy as np
import pytest
from flax import nnx
from in_process import run_here

from zen_transformer import (
    BertConfig,
    BertForMaskedLM,
    ByteLevelBPETokenizer,
    GPTConfig,
    GPTForCausalLM,
    WordPieceTokenizer,
)
from zen_transformer.commands.presets import tflop, work_of
from zen_transformer.commands.table import PLACES, find_command
from zen_transformer.presets.reader import preset_names, read_preset
from zen_transformer.tasks.registry import BUILT_IN, preset_task, tasks_starting

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
PAGES += sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r"\]\((?![a-z]+:)([^\s()#]*)(?:#([^\s()]*))?\)")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def section(page: Path, title: str) -> str:
    """The text below a heading, up to the next one."""
    return page.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(text: str) -> list[list[str]]:
    """The cells of the first table, without its head."""
    rows = re.search(r"(?:^\|.*\|\n)+", text, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


# Tables


@pytest.mark.parametrize(("page", "title"), [("README.md", "Commands"), ("README.zh.md", "命令")])
def test_the_commands_are_those_that_exist(page, title):
    named = [row[0] for row in table(section(ROOT / page, title))]
    assert named == [f"`{name}`" for name in PLACES]


@pytest.mark.parametrize(("page", "title"), [("README.md", "Presets"), ("README.zh.md", "预设")])
def test_the_presets_are_those_that_exist(page, title):
    rows = table(section(ROOT / page, title))
    assert sorted(row[0] for row in rows) == [f"`{name}`" for name in preset_names()]
    for name, task, *_ in rows:
        assert task == f"`{preset_task(read_preset(name.strip('`')))}`", name


@pytest.mark.parametrize(("page", "title"), [("README.md", "Presets"), ("README.zh.md", "预设")])
def test_the_work_of_the_presets_is_what_the_command_says(page, title):
    listed = run_here("presets").stdout
    for name, _, _, work, _ in table(section(ROOT / page, title)):
        assert work == tflop(work_of(name.strip("`"))), name
        assert re.search(rf"^{name.strip('`')} .* {work} ", listed, re.MULTILINE), name


def test_every_preset_says_what_it_trains():
    for name in preset_names():
        assert read_preset(name)[0].about, name


@pytest.mark.parametrize(("page", "title"), [("README.md", "The rooms"), ("README.zh.md", "房间")])
def test_the_rooms_are_those_that_exist(page, title):
    named = re.findall(r"^  (\w+)/  ", section(ROOT / page, title), re.MULTILINE)
    package = ROOT / "zen_transformer"
    assert sorted(named) == sorted(file.parent.name for file in package.glob("*/__init__.py"))


def test_the_tasks_are_those_that_exist():
    rows = table((ROOT / "docs" / "tasks.md").read_text("utf-8"))
    assert [row[0] for row in rows] == [f"`{name}`" for name in BUILT_IN]
    presets = {name: preset_task(read_preset(name)) for name in preset_names()}
    for cell, learnt, command, named in rows:
        name, tasks = cell.strip("`"), tasks_starting(from_model=command == "`finetune`")
        assert tasks[name].title == learnt
        if not name.endswith("classification"):  # they have those of BERT
            expected = {preset for preset, task in presets.items() if task == name}
            assert set(re.findall(r"\w+", named)) == expected


def test_the_floors_of_the_design_have_all_rooms():
    (block,) = re.findall(
        r"```\n(.*?)```", (ROOT / "docs" / "design.md").read_text("utf-8"), re.DOTALL
    )
    named = re.findall(r"\w+(?:\.py)?", block)
    package = ROOT / "zen_transformer"
    there = {file.parent.name for file in package.glob("*/__init__.py")}
    there |= {file.name for file in package.glob("*.py")} - {"__init__.py"}
    assert sorted(named) == sorted(there)


def test_the_files_of_the_equations_exist():
    text = (ROOT / "docs" / "equations.md").read_text("utf-8")
    files = re.findall(r"`(\w+/(?:\w+\.py)?)`", text)
    assert len(files) > 25
    assert [file for file in files if not (ROOT / "zen_transformer" / file).exists()] == []


# Links


def anchors(page: Path) -> set[str]:
    """The names of a page's headings in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    for link, anchor in LINK.findall(page.read_text("utf-8")):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


LESSONS = [*sorted(ROOT.glob("lessons/*.md")), *sorted(ROOT.glob("lessons/*/lesson.py"))]


@pytest.mark.parametrize(
    "page",
    [page for page in (*PAGES, *LESSONS) if page.name != "CHANGELOG.md"],
    ids=lambda page: f"{page.parent.name}/{page.name}",
)
def test_files_and_commands_that_are_named_exist(page):
    text = page.read_text("utf-8")
    for file in re.findall(r"`([\w/]+/\w+\.(?:py|toml|md))`", text):
        bases = ROOT, ROOT / "zen_transformer", ROOT / "docs", page.parent
        assert any((base / file).is_file() for base in bases), file
    for command in re.findall(r"zen-transformer ([a-z][a-z-]*(?:\s[a-z]+)?)", text):
        find_command(command.split())


# Python


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """A folder with tiny models where README's runs are."""
    folder = tmp_path_factory.mktemp("readme")
    texts = ["the congress of the united states .", "And the LORD said unto Moses"]
    words = WordPieceTokenizer.train(texts, vocab_size=80)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    bert = BertConfig(vocab_size=words.vocab_size, intermediate_size=16, **sizes)
    pieces = ByteLevelBPETokenizer.train(texts, vocab_size=300)
    gpt = GPTConfig(
        vocab_size=pieces.vocab_size,
        n_embd=8,
        n_layer=1,
        n_head=2,
        n_positions=64,
        bos_token_id=pieces.eos_id,
        eos_token_id=pieces.eos_id,
    )
    for name, model, tokenizer in (
        ("quickstart", BertForMaskedLM(bert, rngs=nnx.Rngs(0)), words),
        ("gpt", GPTForCausalLM(gpt, rngs=nnx.Rngs(0)), pieces),
    ):
        model.save_pretrained(folder / "runs" / name / "model")
        tokenizer.save_pretrained(folder / "runs" / name / "model")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(1, len(SNIPPETS) + 1))
def test_python_runs(snippet, runs, monkeypatch, capsys):
    monkeypatch.chdir(runs)
    variables: dict = {}
    exec(compile(snippet, "README.md", "exec"), variables)
    assert capsys.readouterr().out.strip()
    if "logits" in variables:
        assert np.isfinite(variables["logits"]).all()


def test_every_kind_of_snippet_is_there():
    assert len(SNIPPETS) == 3
