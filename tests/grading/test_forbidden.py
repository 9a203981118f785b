"""What an exercise forbids is found by whatever name, and nothing else is."""

import time

import pytest

from zen_transformer.grading.forbidden import forbidden_use

NAMES = ["jax.grad", "jax.vjp", "scipy.special.softmax"]


@pytest.mark.parametrize(
    ("source", "line", "name"),
    [
        ("import jax\njax.grad(f)", 2, "jax.grad"),
        ("import jax as j\n\nx = j.grad", 3, "jax.grad"),
        ("import jax.numpy as jnp, jax\njax.grad", 2, "jax.grad"),
        ("import jax.numpy\njax.grad", 2, "jax.grad"),
        ("from jax import grad", 1, "jax.grad"),
        ("from jax import grad as g", 1, "jax.grad"),
        ("from jax import *", 1, "jax.*"),
        ("def f(x):\n    from jax import vjp", 2, "jax.vjp"),
        ("import scipy.special", 0, ""),
        ("import scipy\nscipy.special.softmax(x)", 2, "scipy.special.softmax"),
        ("from scipy import special as s\ns.softmax(x)", 2, "scipy.special.softmax"),
        ("import scipy.special as s\nt = s\nu = t\nu.softmax", 4, "scipy.special.softmax"),
        ("import jax\ngetattr(jax, 'grad')(f)", 2, "jax.grad"),
        ("import importlib\nimportlib.import_module('jax').grad", 2, "jax.grad"),
        ("__import__('jax').grad", 1, "jax.grad"),
        ("import jax\n(j := jax)\nj.vjp", 3, "jax.vjp"),
        ("from jax._src.api import grad", 1, "jax._src.api.grad"),
        ("from scipy.special._logsumexp import softmax", 1, "scipy.special._logsumexp.softmax"),
    ],
)
def test_what_is_found(source, line, name):
    assert forbidden_use(source, NAMES) == (
        f"line {line} uses {name}, which this exercise does not allow: write it yourself"
        if name
        else ""
    )


@pytest.mark.parametrize(
    "source",
    [
        "import jax.numpy as jnp\njnp.exp(x)",
        "def grad(f): return f\ngrad(f)",
        "from scipy.special import expit",
        "def softmax(x): return x\nsoftmax(x)",
        "class A:\n    grad = 1\nA.grad",
        "# jax.grad(f)\n'jax.grad'",
        "from . import grad",
        "import jax\njax.gradient",
        "import jax\ngetattr(jax, name)",
        "import numpy as np\nnp._core",
        "def f(",
        "\0",
    ],
)
def test_what_is_not_found(source):
    assert forbidden_use(source, NAMES) == ""


def test_nothing_is_forbidden_by_default():
    assert forbidden_use("import jax\njax.grad", []) == ""


@pytest.mark.parametrize(
    "source",
    [
        "import jax\n" + ("jax" + ".a" * 800 + "\n") * 60,
        "import jax\na0 = jax.x\n" + "".join(f"a{i} = a{i - 1}.x\n" for i in range(1, 2000)),
        "import jax\njax" + ".a" * 2500,
        "import jax\n" + "getattr(" * 80 + "jax" + ", 'a')" * 80,
    ],
    ids=["wide", "names of names", "deep", "nested"],
)
def test_a_source_made_to_be_slow_to_read(source):
    started = time.process_time()
    assert forbidden_use(source, ["jax.grad"]) == ""
    assert time.process_time() - started < 5
