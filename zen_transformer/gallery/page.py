"""The page of a mistake: its text, its code, and the measurements.

The text is in `pages/NAME.md.jinja`. Its figures come from `measured.json`, and what it claims of
them stands beside them as `{{ holds(…) }}`: a page whose claims do not hold is not written.
`docs/gallery/build.py` measures everything anew and writes the pages.
"""

import json
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple, TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zen_transformer.gallery.swap import PACKAGE
from zen_transformer.gallery.symptom import Measurement, Symptom
from zen_transformer.gallery.table import MISTAKES

PAGES = Path(__file__).with_name("pages")
MEASURED = Path(__file__).with_name("measured.json")


class ClaimError(AssertionError):
    """A claim of a page does not hold for the measurements."""


class SymptomRecord(TypedDict):
    """The measurements of a mistake, as `measured.json` keeps them."""

    telltale: str
    seconds: int
    measurements: dict[str, dict[str, Any]]


class Measurements(TypedDict):
    """The content of `measured.json`: machine, scale, losses of the right code, and symptoms."""

    machine: dict[str, Any]
    scale: dict[str, Any]
    unigram_loss: float
    seeds: list[float]
    mistakes: dict[str, SymptomRecord]


class TableRow(NamedTuple):
    """The row of a mistake in the table of all."""

    name: str
    title: str
    summary: str
    measurement: Measurement


def symptom_record(symptom: Symptom, seconds: float) -> SymptomRecord:
    """Turn a symptom into JSON."""
    measurements = {name: entry.to_json() for name, entry in symptom.measurements.items()}
    return SymptomRecord(
        telltale=symptom.telltale, seconds=round(seconds), measurements=measurements
    )


def load_measurements() -> Measurements:
    """Read `measured.json`."""
    return json.loads(MEASURED.read_text("utf-8"))


def page(name: str, measured: Measurements | None = None) -> str:
    """Write the page of a mistake as Markdown.

    Raises:
        ClaimError: a claim of the page does not hold for the measurements.
    """
    context = _context(name, load_measurements() if measured is None else measured)
    return _environment().get_template(f"{name}.md.jinja").render(context)


def index(measured: Measurements | None = None) -> str:
    """Write the table of all mistakes, with the measurement that gives each away."""
    measured = load_measurements() if measured is None else measured
    rows = [table_row(name, measured) for name in MISTAKES]
    return _environment().get_template("index.md.jinja").render(_shared(measured), rows=rows)


def table_row(name: str, measured: Measurements) -> TableRow:
    """Make the row of a mistake from its page."""
    template, context = _environment().get_template(f"{name}.md.jinja"), _context(name, measured)

    def block(part: str) -> str:
        return "".join(template.blocks[part](template.new_context(context))).strip()

    return TableRow(name, block("title"), block("summary"), context["telltale"])


def _context(name: str, measured: Measurements) -> dict[str, Any]:
    """The variables of a page."""
    mistake, record = MISTAKES[name], measured["mistakes"][name]
    entries = record["measurements"].items()
    measurements = {key: Measurement.from_json(entry) for key, entry in entries}
    return _shared(measured) | {
        "mistake": mistake,
        "n": measurements,
        "telltale": measurements[record["telltale"]],
        "wrong_code": mistake.wrong_source,
        "check_code": mistake.check_source,
        "module": mistake.target.partition(":")[0].replace(".", "/") + ".py",
        "function": mistake.target.partition(":")[2],
        "source": f"{PACKAGE}/{mistake.module.replace('.', '/')}.py",
    }


def _shared(measured: Measurements) -> dict[str, Any]:
    """The variables that all pages have: how it was measured."""
    scale, machine = measured["scale"], measured["machine"]
    *first, last = (f"{loss:.2f}" for loss in measured["seeds"])
    about = (
        f"Measured with {scale['layers']} layers, {scale['hidden']} wide, {scale['heads']} heads; "
        f"{scale['vocab']:,} pieces; text from the State of the Union speeches; "
        f"{scale['steps']} steps of {scale['batch_tokens'] // scale['length']} pairs of "
        f"{scale['length']} tokens; on {machine['cpu_cores']} cores of {machine['processor']}, "
        f"JAX {machine['jax']}."
    )
    return {"measured": measured, "about": about, "seeds": f"{', '.join(first)} and {last}"}


def _wrapped(text: str) -> str:
    """Wrap paragraphs to lines of at most 100 characters."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
    return "\n\n".join(
        fill(paragraph, 100, break_long_words=False, break_on_hyphens=False)
        for paragraph in paragraphs
    )


def _holds(claim: Any) -> str:
    if not claim:
        raise ClaimError("the figures are not as the page says")
    return ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"holds": _holds, "abs": abs}
    environment.filters["wrapped"] = _wrapped
    environment.filters["right"] = lambda measurement: measurement.texts()[0]
    environment.filters["wrong"] = lambda measurement: measurement.texts()[1]
    return environment
