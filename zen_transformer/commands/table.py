"""The commands: by name, where each one's function is. A new command is a file and a line here.

A module is imported only when its command is called. What a command does is the first line of its
function's docstring, which is read from the file.
"""

import ast
import importlib
from collections.abc import Callable
from pathlib import Path

from zen_transformer.errors import UserError, did_you_mean

COMMANDS: dict[str, dict[str, str]] = {
    "train": {
        "quickstart": "quickstart:command",
        "pretrain": "pretrain:command",
        "finetune": "finetune:command",
        "prefer": "prefer:command",
        "choose": "choose:choose",
        "tokenizer train": "tokenizer:command",
    },
    "ask a model": {
        "fill-mask": "fill_mask:fill_mask",
        "classify": "classify:classify",
        "tag": "tag:tag",
        "generate": "generate:command",
        "translate": "translate:command",
        "gibbs": "gibbs:gibbs",
        "art": "art:art",
        "tokenizer show": "tokenizer_show:show_tokenizer",
    },
    "runs and models": {
        "evaluate": "evaluate:command",
        "report": "report:report",
        "compare-runs": "compare_runs:compare_runs",
        "compare": "compare:compare",
        "compare-sampling": "compare_sampling:compare_sampling",
        "export": "export:export",
        "corpus": "corpus:corpus",
        "presets": "presets:presets",
    },
    "learn and teach": {
        "textbook": "textbook:textbook",
        "exercise list": "exercise:list_exercises",
        "assignment": "assignment:assignment",
        "grade": "grade:grade",
        "mistake list": "mistake:list_mistakes",
        "mistake show": "mistake:show_mistake",
        "mistake run": "mistake:run_mistake",
    },
}
"""By what one wants to do: a command's name, its module in this folder and its function. A function
of `arguments` alone reads the command line itself."""
PLACES = {name: place for group in COMMANDS.values() for name, place in group.items()}
BECAME_COMMANDS = {("generate", "--compare"): "compare-sampling"}
"""Options that are commands of their own since, so that a former command line names its heir."""


def find_command(arguments: list[str]) -> tuple[str, list[str]]:
    """The name of the command that is called, and what is given to it.

    Raises:
        UserError: there is no such command, or it is another one since.
    """
    for (command, option), heir in BECAME_COMMANDS.items():
        if arguments[0] == command and option in arguments:
            raise UserError(f"{command} {option} is a command of its own: zen-transformer {heir}")
    for words in (2, 1):
        name = " ".join(arguments[:words])
        if name in PLACES:
            return name, arguments[words:]
    group = [name for name in PLACES if name.startswith(f"{arguments[0]} ")]
    if group:
        meant = did_you_mean(" ".join(arguments[:2]), group, 0.85)
        raise UserError(f"{arguments[0]} is not a whole command: {meant}choose {', '.join(group)}")
    name = arguments[0]
    meant = did_you_mean(name, {name.split()[0] for name in PLACES}, 0.5)
    raise UserError(
        f"there is no command {name or 'of an empty name'}: {meant}zen-transformer --help lists "
        "all of them"
    )


def load_command(name: str) -> Callable:
    """The function of a command."""
    module, _, function = PLACES[name].partition(":")
    return getattr(importlib.import_module(f"{__package__}.{module}"), function)


def summary_of(name: str) -> str:
    """The first line of a command's docstring, read without importing anything."""
    module, _, function = PLACES[name].partition(":")
    source = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return (ast.get_docstring(node) or "").split("\n")[0]
    raise LookupError(f"{module}.py has no function {function}")


def overview(beginning: str = "") -> str:
    """The list of all commands, or of those whose names begin with a word."""
    width = max(map(len, PLACES)) + 2
    lines = []
    for title, group in COMMANDS.items():
        chosen = [name for name in group if name.startswith(beginning)]
        if chosen:
            rows = (f"  {name:{width}}{summary_of(name)}" for name in chosen)
            lines += ["", f"{title}:", *rows]
    return "\n".join(lines)
