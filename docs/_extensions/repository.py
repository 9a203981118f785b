"""A page's links to files that are no pages lead to the repository; and what else follows from the
site being the repository as it is."""

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"\]\((?![a-z]+:|[/#])([^\s()#]+)((?:#[^\s()]*)?)\)")
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]\(([^)]*)\)")
IMAGES = {".gif", ".jpg", ".png", ".svg"}
BELOW = """

```{{toctree}}
:hidden:
:glob:

{pages}
```
"""
FIRST = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}"></head>
<body><a href="{page}">{title}</a></body>
</html>
"""


def lead_to_repository(app: Sphinx, page: str, source: list[str]) -> None:
    """Rewrite the source of a page before it is read; a notebook's is JSON, where a link looks the
    same."""
    root, folder = Path(app.srcdir), (Path(app.srcdir) / page).parent

    def rewritten(match: re.Match) -> str:
        target, anchor = match[1], match[2]
        path = Path(os.path.normpath(folder / target))
        if not path.exists() or path.suffix in IMAGES or not path.is_relative_to(root):
            return match[0]
        if path.is_file() and app.env.path2doc(str(path)) in app.env.found_docs:
            return match[0]
        kind = "tree" if path.is_dir() else "blob"
        address = f"{app.config.repository}/{kind}/main/{path.relative_to(root).as_posix()}"
        return f"]({address}{anchor})"

    # The badge is a picture from elsewhere; the site needs no network.
    text = BADGE.sub(r"[Open in Colab](\1){.button}", source[0])
    source[0] = LINK.sub(rewritten, text)
    if page in app.config.pages_below:
        source[0] += BELOW.format(pages=app.config.pages_below[page])


def say_language(app: Sphinx, page: str, template: str, context: dict, tree: object) -> None:
    """A page in Chinese says so: fonts and screen readers go by it."""
    if page.endswith(".zh"):
        context["language"] = "zh-Hans"


def write_first_page(app: Sphinx, failure: Exception | None) -> None:
    """`index.html` at the top, which leads to the real one."""
    if failure is None and app.builder.format == "html":
        page = app.builder.get_target_uri(app.config.root_doc)
        text = FIRST.format(title=app.config.html_title, page=page)
        (Path(app.outdir) / "index.html").write_text(text, "utf-8")


def setup(app: Sphinx) -> dict:
    app.add_config_value("repository", "", "env")
    app.add_config_value("pages_below", {}, "env")  # of a page that does not list them itself
    app.connect("source-read", lead_to_repository)
    app.connect("html-page-context", say_language)
    app.connect("build-finished", write_first_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
