"""Fills in the templates of the files that the grader writes."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zen_transformer.files import write_text

FOLDER = Path(__file__).with_name("templates")


def write_rendered(path: Path, template: str, **values: Any) -> None:
    """Fill in a template and write it. In HTML all values are escaped: they come from students."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=template.endswith(".html.jinja"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    write_text(path, environment.get_template(template).render(**values))
