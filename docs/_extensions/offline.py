"""MathJax beside the pages, so that equations need no network.

The package sphinx-mathjax-offline carries MathJax. Of its hundred files one is enough: it draws
equations as SVG, with the outlines of all letters inside."""

from importlib.metadata import files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset_file

MATHJAX = "tex-svg.js"


def copy_mathjax(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.format == "html":
        (found,) = [path for path in files("sphinx-mathjax-offline") or () if path.name == MATHJAX]
        copy_asset_file(str(found.locate()), Path(app.outdir) / "_static")


def setup(app: Sphinx) -> dict:
    app.config.mathjax_path = MATHJAX
    # Sphinx's own way of saying this is for MathJax 4 since its version 9; the package has 3.
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
