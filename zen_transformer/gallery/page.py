"""A mistake's page: what is written about it, its code, and the figures that were measured.

The words are in `pages/NAME.md.jinja`. A figure in them comes from `measured.json`, and what is
claimed of it stands beside it as `{{ holds(…) }}`: a page whose claims do not hold is not written.
`docs/gallery/build.py` measures all anew and writes the pages.
"""

import json
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zen_transformer.gallery.swap import PACKAGE
from zen_transformer.gallery.symptom import Number, Symptom
from zen_transformer.gallery.table import MISTAKES

PAGES = Path(__file__).with_name("pages")
MEASURED = Path(__file__).with_name("measured.json")


class ClaimError(AssertionError):
    """What a page says of its figures is not so."""


def stored(symptom: Symptom, seconds: float) -> dict[str, Any]:
    """What `measured.json` keeps of a symptom."""
    return {
        "gives_away": symptom.gives_away,
        "seconds": round(seconds),
        "numbers": {name: number.stored() for name, number in symptom.numbers.items()},
    }


def measured() -> dict[str, Any]:
    """All that was measured, on what machine and at what scale."""
    return json.loads(MEASURED.read_text("utf-8"))


def page(name: str, found: dict[str, Any] | None = None) -> str:
    """The page of a mistake as Markdown.

    Raises:
        ClaimError: the figures are not as the page says.
    """
    found = measured() if found is None else found
    return _environment().get_template(f"{name}.md.jinja").render(_context(name, found))


def index(found: dict[str, Any] | None = None) -> str:
    """All the mistakes in a table, with the figure that gives each away."""
    found = measured() if found is None else found
    rows = [row(name, found) for name in MISTAKES]
    return _environment().get_template("index.md.jinja").render(_general(found), rows=rows)


def row(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """What the table says of a mistake."""
    template, context = _environment().get_template(f"{name}.md.jinja"), _context(name, found)

    def block(part: str) -> str:
        return "".join(template.blocks[part](template.new_context(context))).strip()

    return {"name": name, "number": context["sign"]} | {p: block(p) for p in ("title", "summary")}


def _context(name: str, found: dict[str, Any]) -> dict[str, Any]:
    mistake, entry = MISTAKES[name], found["mistakes"][name]
    numbers = {key: Number.read(number) for key, number in entry["numbers"].items()}
    return _general(found) | {
        "mistake": mistake,
        "n": numbers,
        "sign": numbers[entry["gives_away"]],
        "wrong_code": mistake.wrong_source,
        "check_code": mistake.check_source,
        "module": mistake.target.partition(":")[0].replace(".", "/") + ".py",
        "function": mistake.target.partition(":")[2],
        "source": f"{PACKAGE}/{mistake.module.replace('.', '/')}.py",
    }


def _general(found: dict[str, Any]) -> dict[str, Any]:
    """What every page says of the measuring."""
    scale, machine = found["scale"], found["machine"]
    *first, last = (f"{loss:.2f}" for loss in found["seeds"])
    about = (
        f"Measured with {scale['layers']} layers, {scale['hidden']} wide, {scale['heads']} heads; "
        f"{scale['vocab']:,} pieces; text from the State of the Union speeches; "
        f"{scale['steps']} steps of {scale['batch_tokens'] // scale['length']} pairs of "
        f"{scale['length']} tokens; on {machine['cpu_cores']} cores of {machine['processor']}, "
        f"JAX {machine['jax']}."
    )
    return {"found": found, "about": about, "seeds": f"{', '.join(first)} and {last}"}


def _wrapped(text: str) -> str:
    """Paragraphs in lines of a length that an editor shows."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
    how: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
    return "\n\n".join(fill(paragraph, 100, **how) for paragraph in paragraphs)


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
    environment.filters["right"] = lambda number: number.texts()[0]
    environment.filters["wrong"] = lambda number: number.texts()[1]
    return environment
