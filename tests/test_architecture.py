"""The direction of imports, read from the source, and what the equations may not lean on.

Imports run from the top floor down; what stands on one floor does not know its neighbours, except
that evaluation uses generation, and runs use report.

commands
serving  grading  gallery
tasks
inference  prompting  compression
evaluation → generation    runs → report
objectives  inspection  peft
models  training
layers  checkpoints  tokenizers  data  presets
numpy_nn
errors  files  hub  metric  printing        what every room may use
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from zen_transformer import WordPieceTokenizer

PACKAGE = "zen_transformer"
ROOT = Path(__file__).parents[1] / PACKAGE
FLOORS = [
    {"numpy_nn"},
    {"layers", "checkpoints", "tokenizers", "data", "presets"},
    {"models", "training"},
    {"objectives", "inspection", "peft"},
    {"evaluation", "generation", "runs", "report"},
    {"inference"},
    {"tasks"},
    {"grading", "gallery"},
    {"commands"},
]
"""The rooms, from the lowest floor up."""
NEIGHBOURS = {"evaluation": {"generation"}, "runs": {"report"}}
ROOMS = {
    room: set().union(*FLOORS[:number], NEIGHBOURS.get(room, set()))
    for number, floor in enumerate(FLOORS)
    for room in floor
}
GROUND = {"errors", "files", "hub", "metric", "printing"}
"""The rooms that a room may import, besides itself and the ground."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}
MODULES = [name for name in FILES if name != PACKAGE]


def room(module: str) -> str:
    """The second part of a module's name."""
    return module.split(".")[1]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, except what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if not is_type_checking(child):
            yield child
            yield from statements(child)


def imports(tree: ast.AST) -> dict[str, str]:
    """The names that a file's imports bind, with the full names behind them."""
    bound = {}
    for node in statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import jax.numpy` binds jax, `import jax.numpy as jnp` what it says.
                local = alias.asname or alias.name.split(".")[0]
                bound[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return bound


def imported_modules(module: str) -> set[str]:
    """The modules of the package that a module imports, wherever in the file."""
    found = set()
    for node in statements(ast.parse(FILES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # `from package import module` names a module, `from module import name` does not.
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & set(FILES)
            found |= submodules or {node.module or ""}
    return {name for name in found if name.split(".")[0] == PACKAGE}


def test_the_package_was_found():
    assert len(MODULES) > 30
    assert {room(module) for module in MODULES} == {*ROOMS, *GROUND}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    allowed = {*GROUND, room(module), *ROOMS.get(room(module), set())}
    used = {room(name) for name in imported_modules(module) - {PACKAGE}}
    assert used <= allowed


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_the_public_front(module):
    # It leads to everything, and so back to the module itself.
    assert PACKAGE not in imported_modules(module)


def test_imports_make_no_circle():
    graph = {module: imported_modules(module) for module in MODULES}
    # Raises CycleError, which names the circle.
    order = list(TopologicalSorter(graph).static_order())
    assert set(MODULES) <= set(order)


def test_errors_stands_alone():
    assert imported_modules(f"{PACKAGE}.errors") == set()


@pytest.mark.parametrize("name", sorted(GROUND))
def test_what_every_room_may_use_knows_no_room(name):
    assert imported_modules(f"{PACKAGE}.{name}") <= {f"{PACKAGE}.{other}" for other in GROUND}


# What would hide an equation

HIDDEN = [
    "flax.nnx.Linear*",
    "flax.nnx.LayerNorm",
    "flax.nnx.RMSNorm",
    "flax.nnx.Embed",
    "flax.nnx.Dropout",
    "flax.nnx.MultiHeadAttention",
    "flax.nnx.dot_product_attention",
    "flax.nnx.*softmax",
    "flax.nnx.gelu",
    "flax.linen*",
    "jax.nn.*softmax",
    "jax.nn.logsumexp",
    "jax.nn.gelu",
    "jax.nn.standardize",
    "jax.nn.dot_product_attention",
    "jax.scipy.special.logsumexp",
    "optax.*softmax*",
    "optax.losses*",
]


def full_names(source: str) -> set[str]:
    """Every imported thing that a file names, in full: jax.nn.gelu, also behind an alias."""
    tree = ast.parse(source)
    bound = imports(tree)
    names = set(bound.values())
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            if first in bound:
                names.add(f"{bound[first]}.{rest}")
    return names


def hidden_equations(source: str) -> set[str]:
    return {name for name in full_names(source) for shape in HIDDEN if fnmatch(name, shape)}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from flax import nnx\nnnx.Linear(2, 3, rngs=r)", "flax.nnx.Linear"),
        ("import flax.nnx as f\nx = f.LayerNorm", "flax.nnx.LayerNorm"),
        ("from flax.nnx import Embed", "flax.nnx.Embed"),
        ("import jax\njax.nn.softmax(x)", "jax.nn.softmax"),
        ("import jax.nn\ny = [jax.nn.log_softmax(x)]", "jax.nn.log_softmax"),
        ("from jax import nn as n\nn.gelu(x)", "jax.nn.gelu"),
        ("from jax.nn import dot_product_attention as d", "jax.nn.dot_product_attention"),
        (
            "import optax\noptax.softmax_cross_entropy_with_integer_labels(x, y)",
            "optax.softmax_cross_entropy_with_integer_labels",
        ),
    ],
)
def test_a_shortcut_would_be_seen(source, found):
    assert hidden_equations(source) == {found}


def test_parameters_and_optimizers_are_no_shortcut():
    source = "from flax import nnx\nimport jax, optax\nnnx.Param, optax.lbfgs, jax.lax.erf"
    assert hidden_equations(source) == set()


FUSED = {f"{PACKAGE}.layers.fused_attention": {"jax.nn.dot_product_attention"}}
"""What stands beside an equation that is written out, and is held equal to it."""


@pytest.mark.parametrize(
    "module",
    [name for name in MODULES if room(name) in ("layers", "objectives", "models", "generation")],
)
def test_equations_are_written_out(module):
    assert hidden_equations(FILES[module].read_text("utf-8")) == FUSED.get(module, set())


# The public front


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


HEAVY = "jax flax optax numpy matplotlib safetensors tyro tqdm"


def loaded(code: str) -> str:
    """Which of the heavy packages are loaded after the code has run."""
    return python(f"import sys\n{code}\nprint(*[m for m in '{HEAVY}'.split() if m in sys.modules])")


def test_importing_the_package_loads_nothing():
    assert loaded("import zen_transformer; zen_transformer.__version__; dir(zen_transformer)") == ""


def test_the_tokenizer_works_without_jax():
    code = (
        "for missing in ('jax', 'flax', 'optax'): sys.modules[missing] = None\n"
        "from zen_transformer import UserError, WordPieceTokenizer\n"
        "assert WordPieceTokenizer.train(['a cat'], 20).tokenize('A cat') == ['a', 'cat']\n"
        "for missing in ('jax', 'flax', 'optax'): del sys.modules[missing]"
    )
    assert set(loaded(code).split()) <= {"numpy"}


LIGHT_COMMANDS = {
    "--help": "",
    "corpus sotu": "tyro",
    "exercise list": "numpy tyro",
    "mistake list": "numpy tyro",
    "mistake show": "numpy tyro",
    "mistake show no-root": "numpy tyro",
    "tokenizer show --model FOLDER cats": "numpy safetensors tyro",
}
"""Command lines that compute nothing, and which of the heavy packages they need."""


@pytest.mark.parametrize("line", LIGHT_COMMANDS)
def test_a_command_that_computes_nothing_loads_little(line, tmp_path):
    WordPieceTokenizer.train(["a cat"], 20).save_pretrained(tmp_path)
    arguments = [str(tmp_path) if word == "FOLDER" else word for word in line.split()]
    code = (
        f"import contextlib, io; from {PACKAGE}.commands.main import run_command\n"
        f"with contextlib.redirect_stdout(io.StringIO()): run_command({arguments})"
    )
    assert set(loaded(code).split()) <= set(LIGHT_COMMANDS[line].split())


TEXTBOOK = [name for name in MODULES if room(name) == "numpy_nn"]


@pytest.mark.parametrize("module", TEXTBOOK)
def test_the_textbook_imports_numpy_and_nothing_that_derives(module):
    allowed = {"numpy", "jaxtyping", "math", "typing", "collections", "dataclasses", PACKAGE}
    names = imports(ast.parse(FILES[module].read_text("utf-8"))).values()
    assert {name.split(".")[0] for name in names} <= allowed


def test_the_textbook_works_without_jax():
    code = (
        "for missing in ('jax', 'flax', 'optax'): sys.modules[missing] = None\n"
        f"import importlib; [importlib.import_module(m) for m in {TEXTBOOK}]\n"
        "import numpy as np; from zen_transformer.numpy_nn.linear import linear\n"
        "assert linear(np.eye(2), np.ones((2, 1)), np.ones(1)).tolist() == [[2.0], [2.0]]\n"
        "for missing in ('jax', 'flax', 'optax'): del sys.modules[missing]"
    )
    assert loaded(code) == "numpy"


@pytest.mark.slow
def test_public_names_are_resolved_when_they_are_used():
    code = "import zen_transformer; zen_transformer.BertConfig; zen_transformer.UserError"
    assert "jax" not in loaded(code).split()
    assert "jax" in loaded("import zen_transformer; zen_transformer.BertModel").split()


# One word, one thing


def test_a_class_name_stands_once_in_the_package():
    places: dict[str, list[str]] = {}
    for module, path in FILES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
