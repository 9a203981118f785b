"""What every test may ask for: shapes checked, float64 where a comparison wants it, and the
libraries compared with, whose absence skips the tests that need them."""

import jax
import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

# From here on every call checks its arguments against the shapes in the signature. Left out
# is what judges wrong values itself, such as the configuration.
CHECKED = ("checkpoints", "layers", "models.bert", "models.stack", "objectives", "text", "training")
install_import_hook([f"zen_transformer.{part}" for part in CHECKED], "typechecking.checked")

# The programs here are small and run once or twice: what takes time is compiling them.
jax.config.update("jax_disable_most_optimizations", True)

# The same examples on every run, and no time limit for the first, which compiles.
settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=20)
settings.load_profile("suite")


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
