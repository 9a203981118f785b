"""README.zh.md says what README.md says, and the glossary's terms are the lessons'."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
SECTION = re.compile(r"^## \[(\d\d) · (.*?)\]\(\.\./lessons/(\w+)/lesson\.ipynb\)\n", re.MULTILINE)
TERM = re.compile(r"^\| \*\*(.+?)\*\*: .+ \| \*\*(.+?)\*\*：.+ \|$", re.MULTILINE)


def commands(text: str) -> set[str]:
    """The lines of code, without what is said about them."""
    blocks = re.findall(r"```(?:python)?\n(.*?)```", text, re.DOTALL)
    lines = (re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines())
    return {line for line in lines if line}


def figures(text: str) -> set[str]:
    """Numbers with a decimal point, or a comma between thousands, with their signs."""
    prose = re.sub(r"\]\([^)]*\)", "]", text)
    return set(re.findall(r"[+±−]?\s?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?%?", prose))


def test_its_commands_are_those_of_the_readme():
    assert commands(CHINESE) - commands(ENGLISH) == set()
    assert {"make bert", "make test"} < commands(CHINESE)


def test_its_figures_are_those_of_the_readme():
    long = {figure for figure in figures(CHINESE) if re.search(r"[.,±%]", figure)}
    assert long - figures(ENGLISH) == set()
    assert len(long) > 60


@pytest.mark.parametrize("file", ["README.zh.md", "docs/glossary.md"])
def test_its_links_lead_somewhere(file):
    path = ROOT / file
    for link in re.findall(r"\]\(([^):]+)\)", path.read_text("utf-8")):
        assert (path.parent / link).exists(), link


def test_the_glossary_has_a_section_for_every_lesson():
    lessons = [path.parent.name for path in sorted(ROOT.glob("lessons/[0-9]*/lesson.py"))]
    assert [section[2] for section in SECTION.findall(GLOSSARY)] == lessons
    for number, title, folder in SECTION.findall(GLOSSARY):
        lesson = (ROOT / "lessons" / folder / "lesson.py").read_text("utf-8")
        assert f"# # {number} · {title}\n" in lesson


def test_a_term_stands_in_the_lesson_that_it_is_listed_under():
    parts = SECTION.split(GLOSSARY)
    for folder, terms in zip(parts[3::4], parts[4::4], strict=True):
        lesson = (ROOT / "lessons" / folder / "lesson.py").read_text("utf-8")
        text = plain(lesson)
        for english, _ in TERM.findall(terms):
            assert plain(english) in text, f"{folder} has no {english}"
    assert 80 <= len(TERM.findall(GLOSSARY)) <= 180


def plain(text: str) -> str:
    """Without line breaks, hyphens and capitals."""
    return re.sub(r"[\s#-]+", " ", text).strip().lower()


def test_no_term_is_listed_twice():
    terms = [english for english, _ in TERM.findall(GLOSSARY)]
    assert len(terms) == len(set(terms)) == GLOSSARY.count("\n| **")
