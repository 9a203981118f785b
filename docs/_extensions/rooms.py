"""The directive `room`: the documentation of every module of one package, from their docstrings."""

import importlib
import pkgutil

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles


class Room(SphinxDirective):
    """`.. room:: layers` says what the package's docstring says, then a section for each module."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = f"zen_transformer.{self.arguments[0]}"
        package = importlib.import_module(name)
        lines = [f".. automodule:: {name}", ""]
        found = pkgutil.walk_packages(package.__path__, f"{name}.")
        for module in sorted(entry.name for entry in found if not entry.ispkg):
            place = module.removeprefix(f"{name}.").replace(".", "/")
            self.env.note_dependency(f"{package.__path__[0]}/{place}.py")
            title = f"{place}.py"
            lines += [title, "-" * len(title), "", f".. automodule:: {module}", ""]
        node = nodes.section()
        node.document = self.state.document
        nested_parse_with_titles(self.state, StringList(lines, source=name), node)
        return node.children


def setup(app: Sphinx) -> dict:
    app.add_directive("room", Room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
