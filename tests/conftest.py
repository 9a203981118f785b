"""What every test may ask for: shapes checked, float64 where a comparison wants it, and the
libraries compared with, whose absence skips the tests that need them."""

import importlib.util
import os
from pathlib import Path

import jax
import pytest
from compilation import compile_quickly
from hypothesis import settings
from jaxtyping import install_import_hook

# From here on every call checks its arguments against the shapes in the signature. Left out
# is what judges wrong values itself, such as the configuration.
CHECKED = (
    "checkpoints",
    "data",
    "evaluation",
    "generation",
    "layers",
    "models.bert",
    "models.bert_encoder",
    "models.stack",
    "numpy_nn",
    "objectives",
    "tokenizers",
    "training",
)
install_import_hook([f"zen_transformer.{part}" for part in CHECKED], "typechecking.checked")

compile_quickly()

# The same examples on every run, and no time limit for the first, which compiles.
settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=20)
settings.load_profile("suite")


LONGEST = (
    "test_resume.py",
    "test_lessons.py",
    "test_preferences.py",
    "test_parallelism.py",
    "test_quickstart.py",
    "test_textbook.py",
    "test_gpt.py",
    "test_pairs.py",
    "test_mistakes.py",
    "test_site.py",
)
"""Test files that take half a minute or more, the longest first."""


@pytest.fixture
def float64():
    """JAX computes in float64 while the test runs."""
    with jax.enable_x64(True):
        yield


def _reference(module: str):
    reason = f"{module} is not installed: pip install 'zen-transformer[reference]'"
    return pytest.importorskip(module, reason=reason)


@pytest.fixture(scope="session")
def torch():
    return _reference("torch")


@pytest.fixture(scope="session")
def transformers(torch):
    module = _reference("transformers")
    module.utils.logging.set_verbosity_error()
    module.utils.logging.disable_progress_bar()
    return module


def pytest_collection_modifyitems(items):
    """Files with slow tests first, the longest of them before all others: with several processes
    none is left to be waited for in the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (order.get(item.path.name, len(order)), item.path not in slow))


# Whose pieces the reference suite judges

ADAPTERS = Path(__file__).with_name("adapters")


def pytest_addoption(parser):
    parser.addoption(
        "--full",
        action="store_true",
        help="compare with HuggingFace in full: all configurations, not only the first few",
    )
    parser.addoption(
        "--implementation",
        default=os.environ.get("ZEN_IMPLEMENTATION"),
        help="adapter of another implementation to run the reference suite on (tests/adapters)",
    )


def pytest_generate_tests(metafunc):
    if "implementation" in metafunc.fixturenames:
        other = metafunc.config.getoption("--implementation")
        ours = [ADAPTERS / "jax_layers.py", ADAPTERS / "numpy_textbook.py"]
        chosen = [Path(other)] if other else ours
        names = [path.stem for path in chosen]
        metafunc.parametrize("implementation", chosen, ids=names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def implementation(request):
    """The module of an adapter."""
    path = request.param
    if not path.is_file():
        pytest.exit(f"--implementation {path}: no such file", returncode=4)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# How well it agrees


def pytest_terminal_summary(terminalreporter):
    """The largest of each error that the tests noted down in their `user_properties`."""
    largest: dict[str, float] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, error in report.user_properties:
            largest[name] = max(error, largest.get(name, 0.0))
    if largest:
        terminalreporter.section("largest errors, of float64")
        for name, error in largest.items():
            terminalreporter.write_line(f"{error:.0e}  {name}")
