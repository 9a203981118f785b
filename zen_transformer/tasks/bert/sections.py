"""What the report of the whole way says of a BERT: its answers before and after, its attention, its
vectors."""

from typing import Any

from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Bar, BarGroups, Picture, Section, Table


def answer_sections(run: RunRecord) -> list[Section]:
    """The sections that are made of a run's answers and pictures."""
    asked = run.answers.get("fill_mask", [])
    rows: list[list[str | BarGroups]] = [
        [_question(entry), _bars(entry["before"], faint=True), _bars(entry["after"])]
        for entry in asked
    ]
    answers = [
        "The same model, asked what stands behind [MASK]: as it was before its first step, and as "
        "it is now." + _guessed(asked),
        Table(["sentence", "before", "after"], rows),
        *_tagged(run),
    ]
    attention = [
        "Where each token looks when its vector is computed. Above the line are looks at what "
        "follows, below at what went before; the wider the arc, the more weight. It shows what was "
        "looked at, not why.",
        Picture("attention_arcs", "one head, as arcs between tokens", wide=True),
        Picture("attention", "all heads, as tables", wide=True),
    ]
    embeddings = [
        "The vectors of some words, drawn in the two directions in which they differ most. Words "
        "that are used alike should have come together.",
        Picture("embeddings", "vectors of some words before and after"),
    ]
    pictures = run.folder / "plots"
    drawn = {name: (pictures / f"{name}.png").is_file() for name in ("attention", "embeddings")}
    return [
        Section("What it says: before and after", answers if rows else [], "An answer"),
        Section("Attention", attention if drawn["attention"] else [], "A picture of attention"),
        Section("Embeddings", embeddings if drawn["embeddings"] else [], "A picture of embeddings"),
    ]


def _question(entry: dict[str, Any]) -> str:
    """A sentence, and the word that was behind [MASK] if it is known."""
    return f"{entry['text']} ({entry['word']})" if "word" in entry else entry["text"]


def _guessed(asked: list[dict[str, Any]]) -> str:
    known = [entry["guessed"] for entry in asked if "word" in entry]
    if not known:
        return ""
    return (
        f" In parentheses is the word that was written there; {sum(known)} of {len(known)} are "
        "among the first five guesses."
    )


def _tagged(run: RunRecord) -> list[Any]:
    """A sentence whose words the tagger tagged."""
    parts: list[Any] = []
    for entry in run.answers.get("tag", []):
        rows = [[one["word"], one["tag"], f"{one['probability']:.0%}"] for one in entry["words"]]
        parts += [
            "The tagger, asked which part of speech each word of a sentence is:",
            Table(["word", "tag", "how sure"], rows, frozenset({2})),
        ]
    return parts


def _bars(masks: list[list[dict[str, Any]]], faint: bool = False) -> BarGroups:
    groups = [[Bar(guess["piece"], guess["probability"]) for guess in row] for row in masks]
    return BarGroups(groups, faint)
