"""What is drawn of the answers of an encoder–decoder."""

import pytest
from tiny_folders import write_models

from zen_transformer import EncoderDecoderForConditionalGeneration
from zen_transformer.evaluation.answers import Answered
from zen_transformer.inference.loading import load_generating
from zen_transformer.tasks.seq2seq import answers
from zen_transformer.tasks.seq2seq.answers import draw_cross_attention

UNREADABLE = "\ufffd" * 12
"""Each of these is three bytes when it is read: 36 tokens, more than the model has positions."""


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    folder = write_models(tmp_path_factory.mktemp("models")) / "translator"
    return load_generating(EncoderDecoderForConditionalGeneration, folder)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ([UNREADABLE, "", UNREADABLE], []),
        ([UNREADABLE, "the cat", "the dog ate ."], ["the cat", "the dog ate ."]),
    ],
)
def test_an_answer_that_cannot_be_read_anew_is_not_drawn(
    translator, tmp_path, monkeypatch, written, drawn
):
    """The model may write pieces of characters, which take more tokens when they are read."""
    pictures = []
    monkeypatch.setattr(answers, "plot_cross_attention", lambda *given: pictures.append(given))
    monkeypatch.setattr(answers, "word_attention", lambda *given: (given[3], ([], [])))
    sources = ["the cat"] * len(written)
    answered = Answered(sources, written, [("",)] * len(written))
    draw_cross_attention(*translator, answered, tmp_path / "picture.png")
    assert [picture[0] for picture in pictures] == drawn[:1]
