import json

import pytest

from zen_transformer import UserError
from zen_transformer.data.corpora import Document
from zen_transformer.tasks.material import Material, beginnings, corpus_of, through


@pytest.fixture
def material(tmp_path):
    """Ten documents of two lines; none of their beginnings comes twice."""
    documents = (f"line {n} of ten\nmore {n} of them" for n in range(10))
    (tmp_path / "texts.txt").write_text("\n\n".join(documents))
    return Material(None, None, (str(tmp_path / "texts.txt"),), 0.3)


def test_prompts_come_from_one_side(material):
    held_out, known = (
        material.prompts(side, 2, count, 0) for side, count in ((True, 6), (False, 14))
    )
    numbers = [{prompt.split()[1] for prompt in prompts} for prompts in (held_out, known)]
    assert [len(some) for some in numbers] == [3, 7]
    assert not numbers[0] & numbers[1]


def test_prompts_are_drawn(material):
    few, more = (material.prompts(False, 2, count, seed=1) for count in (3, 14))
    assert more[:3] == few
    assert material.prompts(False, 2, 14, seed=2) != more
    rest = material.prompts(False, 2, 11, seed=1, without=few)
    assert sorted([*few, *rest]) == sorted(more)


def test_prompts_that_are_not_there_are_named(material):
    with pytest.raises(UserError, match="7 prompts were asked for, there are 6 different"):
        material.prompts(True, 2, 7, 0)
    with pytest.raises(UserError, match="there are 0 different beginnings of 4 words"):
        material.prompts(True, 4, 1, 0)


def test_a_beginning_is_not_the_line():
    documents = [Document("", "a b c\na b\n\n  a   b d\nx y z"), Document("", "a b c d")]
    assert beginnings(documents, 2) == ["a b", "x y"]
    assert beginnings(documents, 3) == ["a b c"]


@pytest.mark.parametrize(
    ("text", "stop", "kept"),
    [
        ("one\ntwo\n", "\\n", "one\n"),
        ("one", "\\n", "one"),
        ("\n", "\\n", "\n"),
        ("one. two.", ". ", "one. "),
        ("one\ntwo", None, "one\ntwo"),
        ("one", "", "one"),
    ],
)
def test_a_text_goes_through_its_end(text, stop, kept):
    assert through(text, stop) == kept


def test_whose_documents_are_held_out(tmp_path):
    config = tmp_path / "config.json"
    with pytest.raises(UserError, match="does not say what it learnt from"):
        corpus_of(tmp_path, (), 0.1)
    assert corpus_of(tmp_path, ("sotu",), 0.3) == (("sotu",), 0.3)
    config.write_text(json.dumps({"corpus": ["kjv"], "pretraining": {"held_out": 0.2}}))
    assert corpus_of(tmp_path, (), 0.1) == (("kjv",), 0.2)
    assert corpus_of(tmp_path, ("sotu",), 0.3) == (("sotu",), 0.3)
    config.write_text(json.dumps({"corpus": ["kjv"], "corpus_held_out": 0.4}))
    assert corpus_of(tmp_path, (), 0.1) == (("kjv",), 0.4)
