import pytest

from zen_transformer import UserError
from zen_transformer.data.corpora import Document
from zen_transformer.inference.completions import draw_prompts, line_beginnings, truncate_after
from zen_transformer.inference.training_corpus import TrainingCorpus


@pytest.fixture
def corpus(tmp_path):
    """Ten documents of two lines; none of their beginnings comes twice."""
    documents = (f"line {n} of ten\nmore {n} of them" for n in range(10))
    (tmp_path / "texts.txt").write_text("\n\n".join(documents))
    return TrainingCorpus((str(tmp_path / "texts.txt"),), 0.3).load()


def test_prompts_come_from_one_side(corpus):
    held_out, known = draw_prompts(corpus.held_out, 2, 6, 0), draw_prompts(corpus.train, 2, 14, 0)
    numbers = [{prompt.split()[1] for prompt in prompts} for prompts in (held_out, known)]
    assert [len(some) for some in numbers] == [3, 7]
    assert not numbers[0] & numbers[1]


def test_prompts_are_drawn(corpus):
    few, more = (draw_prompts(corpus.train, 2, count, seed=1) for count in (3, 14))
    assert more[:3] == few
    assert draw_prompts(corpus.train, 2, 14, seed=2) != more
    rest = draw_prompts(corpus.train, 2, 11, seed=1, exclude=few)
    assert sorted([*few, *rest]) == sorted(more)


def test_prompts_that_are_not_there_are_named(corpus):
    with pytest.raises(UserError, match="7 prompts were asked for, there are 6 different"):
        draw_prompts(corpus.held_out, 2, 7, 0)
    with pytest.raises(UserError, match="there are 0 different beginnings of 4 words"):
        draw_prompts(corpus.held_out, 4, 1, 0)


def test_a_beginning_is_not_the_line():
    documents = [Document("", "a b c\na b\n\n  a   b d\nx y z"), Document("", "a b c d")]
    assert line_beginnings(documents, 2) == ["a b", "x y"]
    assert line_beginnings(documents, 3) == ["a b c"]


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
    assert truncate_after(text, stop) == kept
