"""Pages in Chinese say what the English ones say, and the glossary's terms are the lessons'."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRANSLATIONS = [("README.md", "README.zh.md"), ("docs/equations.md", "docs/equations.zh.md")]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
SECTION = re.compile(r"^## \[(\d\d) · (.*?)\]\(\.\./lessons/(\w+)/lesson\.ipynb\)\n", re.MULTILINE)
TERM = re.compile(r"^\| \*\*(.+?)\*\*: .+ \| \*\*(.+?)\*\*：.+ \|$", re.MULTILINE)


def sections(file: str) -> list[str]:
    """What stands before, between and behind the headings."""
    return re.split(r"^## .*$", (ROOT / file).read_text("utf-8"), flags=re.MULTILINE)


def code(text: str) -> list[str]:
    """The lines of code, without what is said about them."""
    blocks = re.findall(r"```(?:python)?\n(.*?)```", text, re.DOTALL)
    lines = (line.strip().partition("  ")[0] for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def figures(text: str) -> list[str]:
    """Numbers with a decimal point, a comma between thousands, a sign or %, in prose and tables."""
    prose = re.sub(r"\]\([^)]*\)|```.*?```", "]", text, flags=re.DOTALL)
    found = re.findall(r"[+±−]?\s?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?%?", prose)
    return sorted(number for number in map(str.strip, found) if re.search(r"[.,±−%]", number))


@pytest.mark.parametrize(("english", "chinese"), TRANSLATIONS)
def test_both_have_the_same_code_and_figures_in_the_same_order(english, chinese):
    pairs = list(zip(sections(english), sections(chinese), strict=True))
    assert len(pairs) > 2
    for ours, theirs in pairs:
        assert code(ours) == code(theirs)
        assert figures(ours) == figures(theirs)


@pytest.mark.parametrize(("english", "chinese"), TRANSLATIONS)
def test_both_lead_to_the_same_pages(english, chinese):
    """Apart from those that lead to the other language, and to the glossary."""
    for ours, theirs in zip(sections(english)[1:], sections(chinese)[1:], strict=True):
        links = [
            {link.replace(".zh.", ".") for link in re.findall(r"\]\(([^)]+)\)", text)}
            for text in (ours, theirs)
        ]
        assert links[0] == links[1] - {"docs/glossary.md"}


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
