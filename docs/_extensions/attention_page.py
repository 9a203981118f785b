"""The directive `attention-page`: a sentence and a head are chosen, and what it looks at is seen.

The data is in the page itself, so it works from a file, without a server.
"""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

DATA = Path(__file__).resolve().parents[1] / "attention.json"
SCRIPT = "attention.js"
PAGE = """<div class="attention" id="attention">
<p class="row"><label>Sentence <select name="sentence">{sentences}</select></label></p>
<p class="row source"></p>
<div class="heads">
<p id="heads-label">Head: a row is a layer. Arrow keys go from one to the next.</p>
<div class="grid" role="radiogroup" aria-labelledby="heads-label"></div>
<p class="named">{named}</p>
</div>
<h2 class="chosen"></h2>
<div class="views"><div class="arcs"></div><div class="table"></div></div>
<p class="said" aria-live="polite"></p>
<p class="row"><label>Draw arcs from a weight of <input type="range" name="least"
min="0.02" max="0.5" step="0.01" value="0.15"> <output>0.15</output></label>
<label><input type="checkbox" name="special"> also to and from [CLS] and [SEP]</label></p>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="attention-data">{data}</script>
</div>
"""


class AttentionPage(SphinxDirective):
    """The controls, empty drawings, and the data; `attention.js` does the rest."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(DATA))
        data = json.loads(DATA.read_text("utf-8"))
        sentences = "".join(
            f'<option value="{number}">{escape(sentence["text"])}</option>'
            for number, sentence in enumerate(data["sentences"])
        )
        named = " ".join(
            f'<button type="button" data-layer="{head["layer"]}" data-head="{head["head"]}">'
            f"{escape(head['name'])}</button>"
            for head in data["named"]
        )
        inside = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
        page = PAGE.format(sentences=sentences, named=named, data=inside)
        self.env.metadata[self.env.docname]["attention"] = "yes"
        return [nodes.raw("", page, format="html")]


def add_script(app: Sphinx, page: str, template: str, context: dict, tree: object) -> None:
    """Only where it is needed."""
    if "attention" in app.env.metadata.get(page, ()):
        app.add_js_file(SCRIPT)


def setup(app: Sphinx) -> dict:
    app.add_directive("attention-page", AttentionPage)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
