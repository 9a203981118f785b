"""The map of the lessons, a flowchart in mermaid's words, as a picture without a script.

Only what the map needs is understood: `subgraph id [title]`, `end`, and arrows between `id` or
`id[label]`. A box leads to the lesson whose number its id has."""

import itertools
import re
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

NODE = re.compile(r"(\w+)(?:\[([^\]]*)\])?")
WIDE, HIGH, APART, BELOW = 148, 36, 158, 66
"""A box's size, and from one box to the next beside it and below."""


class Chart:
    """Boxes with their labels, groups and ranks, and arrows."""

    def __init__(self, lines: list[str]):
        self.labels: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.titles: list[str] = []
        self.arrows: list[tuple[str, str]] = []
        inside = ""
        for line in map(str.strip, lines):
            if begin := re.match(r"subgraph \w+ \[(.*)\]", line):
                inside = begin[1]
                self.titles.append(inside)
            elif line == "end":
                inside = ""
            elif "-->" in line:
                ends = [self._box(part.strip(), inside) for part in line.split("-->")]
                self.arrows += itertools.pairwise(ends)
            elif line and not line.startswith("flowchart"):
                raise ValueError(
                    f"the map of the lessons has a line that is not understood: {line}"
                )
        self.rows = self._rows()

    def _box(self, text: str, group: str) -> str:
        found = NODE.fullmatch(text)
        if not found:
            raise ValueError(f"the map of the lessons has a box that is not understood: {text}")
        name, label = found.groups()
        if label or name not in self.labels:
            self.labels[name] = label or name
            self.groups[name] = group
        return name

    def _rows(self) -> list[list[str]]:
        """A box stands below everything that leads to it."""
        rank = dict.fromkeys(self.labels, 0)
        for _ in rank:
            for one, other in self.arrows:
                rank[other] = max(rank[other], rank[one] + 1)
        return [
            [name for name in rank if rank[name] == row] for row in range(max(rank.values()) + 1)
        ]


def drawn(chart: Chart, addresses: dict[str, str]) -> str:
    """The chart as SVG; `addresses` says where a box leads."""
    width = APART * max(map(len, chart.rows)) - (APART - WIDE) + 4
    place = {
        name: (width / 2 + (number - (len(row) - 1) / 2) * APART, 44 + HIGH / 2 + rank * BELOW)
        for rank, row in enumerate(chart.rows)
        for number, name in enumerate(row)
    }
    height = 44 + (len(chart.rows) - 1) * BELOW + HIGH + 4
    parts = [
        f'<svg class="lesson-map" viewBox="0 0 {width} {height}" width="{width}" role="group"'
        ' aria-label="which lesson builds on which">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
        ' markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
    ]
    for number, title in enumerate(chart.titles):
        x = 2 + number * width / 2
        parts.append(f'<rect class="group{number}" x="{x}" y="6" width="14" height="14" rx="3"/>')
        parts.append(f'<text class="key" x="{x + 21}" y="18">{escape(title)}</text>')
    parts += [_arrow(place[one], place[other]) for one, other in chart.arrows]
    for name, (x, y) in place.items():
        number = chart.titles.index(chart.groups[name]) if chart.groups[name] else 0
        box = (
            f'<rect class="group{number}" x="{x - WIDE / 2}" y="{y - HIGH / 2}" width="{WIDE}"'
            f' height="{HIGH}" rx="6"/><text x="{x}" y="{y + 5}" text-anchor="middle">'
            f"{escape(chart.labels[name])}</text>"
        )
        address = addresses.get(name)
        parts.append(f'<a href="{escape(address)}">{box}</a>' if address else f"<g>{box}</g>")
    return "".join([*parts, "</svg>"])


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x, y), (to_x, to_y) = start, end
    top = to_y - HIGH / 2
    if to_y - y > BELOW:  # past other boxes: out by the side
        side = 1 if to_x >= x else -1
        x += side * WIDE / 2
        path = f"M{x} {y}C{to_x} {y} {to_x} {y} {to_x} {top}"
    else:
        y += HIGH / 2
        middle = (y + top) / 2
        path = f"M{x} {y}C{x} {middle} {to_x} {middle} {to_x} {top}"
    return f'<path class="arrow" d="{path}" marker-end="url(#tip)"/>'


class LessonMap(SphinxDirective):
    """The directive `mermaid`."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        chart = Chart(list(self.content))
        here, builder = self.env.docname, self.env.app.builder
        lessons = {
            f"l{page.split('/')[1][:2]}": builder.get_relative_uri(here, page)
            for page in self.env.found_docs
            if re.fullmatch(r"lessons/\d\d_\w+/lesson", page)
        }
        return [nodes.raw("", drawn(chart, lessons), format="html")]


def setup(app: Sphinx) -> dict:
    app.add_directive("mermaid", LessonMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
