"""The site: the README, the lessons, the guides and the code's own documentation, as static pages.

    make site          into build/site/; open index.html there, no server is needed

Sphinx reads the repository as it is, from its root: a link between two files here is a link between
two pages there, and a link to any other file leads to the repository. Lessons are not run.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")  # the modules are imported to be read

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

project = "zen_transformer"
author = copyright = "The zen_transformer authors"
language = "en"
repository = "https://github.com/zen-transformer/zen_transformer"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "myst_nb",
    "attention_page",
    "lesson_map",
    "offline",
    "plain_docstrings",
    "repository",
    "rooms",
]

# What is read

root_doc = "docs/index"
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb", ".rst": "restructuredtext"}
include_patterns = [
    "README.md",
    "README.zh.md",
    "benchmarks/RESULTS.md",
    "docs/*.md",
    "docs/api/*.rst",
    "docs/gallery/*.md",
    "docs/poems/*.md",
    "lessons/*.md",
    "lessons/[0-9][0-9]_*/lesson.ipynb",
]
exclude_patterns = [
    ".*",
    "*.egg-info",
    "build",
    "dist",
    "runs",
    "tests",
    "zen_transformer",
    "**/__pycache__",
    "**/.ipynb_checkpoints",
    "lessons/*/exercises",
]

pages_below = {"docs/gallery/index": "*"}
if more := [path.stem for path in (ROOT / "lessons").glob("*.md") if path.stem != "README"]:
    pages_below["lessons/README"] = "\n".join(sorted(more))

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "attrs_inline", "dollarmath"]
myst_fence_as_directive = ["mermaid"]
myst_dmath_double_inline = True
myst_heading_anchors = 4
suppress_warnings = [
    "mystnb.unknown_mime_type",
]

# The code's own documentation

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
add_module_names = False
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
default_role = "code"
maximum_signature_line_length = 80
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
napoleon_numpy_docstring = False
viewcode_follow_imported_members = False
viewcode_line_numbers = True

# How it looks

html_theme = "furo"
html_title = "zen_transformer"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": repository,
    "source_branch": "main",
    "source_directory": "",
    "navigation_with_keys": False,
    "top_of_page_buttons": ["view"],
    "light_css_variables": {"color-brand-primary": "#0b5cad", "color-brand-content": "#0b5cad"},
    "dark_css_variables": {"color-brand-primary": "#7db8f0", "color-brand-content": "#7db8f0"},
}
highlight_language = "text"
pygments_style = "friendly"
pygments_dark_style = "github-dark"
copybutton_exclude = ".linenos, .gp, .go"
