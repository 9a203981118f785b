"""The model card shows the names of others as they are, and obeys none of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from zen_transformer.metric import Metric
from zen_transformer.report.record import RunRecord
from zen_transformer.runs.card import Card, in_markdown, write_card
from zen_transformer.tasks.classification import Classification
from zen_transformer.tasks.token_classification import TokenClassification

HOSTILE = "<script>x</script>[click](http://x)`**|\x1b[2J\nlicense: mit"


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]) | st.sampled_from("*_`[]()<>&"))
)
def test_a_label_in_markdown_is_shown_as_it_is(label):
    tokens = MarkdownIt("commonmark").parseInline(f"classes {in_markdown(label)} end")
    kinds = {child.type for child in tokens[0].children or []}
    shown = "".join(child.content for child in tokens[0].children or [])
    assert kinds <= {"text", "text_special"}
    assert shown == f"classes {label} end"


@pytest.mark.parametrize("task", [Classification, TokenClassification])
def test_the_labels_of_a_classifier_are_escaped_in_its_card(monkeypatch, tmp_path, task):
    """Of all that a card of an encoder says only the labels are of somebody else."""
    monkeypatch.setattr(task, "encoder_card", lambda run, limit, **said: Card(**said))
    monkeypatch.setattr(RunRecord, "shape", lambda run, part: {"id2label": {"0": HOSTILE}})
    run = RunRecord(tmp_path, {}, {}, {}, {})
    card = task.card(run, task.part)
    text = write_card(card, "name", {}, "1", None)
    assert re.search(r"(?<!\\)<script>|(?<!\\)\[click", text) is None
    assert "\x1b" not in text and "\nlicense: mit" not in text


def test_what_a_runs_files_say_cannot_leave_its_place_in_a_card():
    metric = Metric(name="accuracy", title=HOSTILE, value=0.5)
    card = Card(what="A model.", metrics=[metric], measured_on=HOSTILE, tags=[HOSTILE])
    text = write_card(card, HOSTILE, {"architectures": [HOSTILE]}, "1", None)
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("license:")] == [
        'license: "other"'
    ]
