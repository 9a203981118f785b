"""Code that does not want to be graded honestly, or that is merely broken, in the real process."""

import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from zen_transformer.grading.grade import grade_source
from zen_transformer.grading.limits import Limits
from zen_transformer.grading.runner import run

pytestmark = pytest.mark.slow

QUICK = Limits(seconds=0.5, jax_seconds=5)
X = np.array([1.0, 2.0, 3.0])
HERE = Path(__file__)
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")


def outcome(body: str, head: str = ""):
    """The outcome of a function with this body, or why it ended early."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    results = run("f", f"{head}\ndef f(x):\n{lines}", [(X,)], QUICK)
    return results.outcomes[0] or results.trouble


def error(body: str, head: str = "") -> str:
    result = outcome(body, head)
    return result if isinstance(result, str) else result.raised


# What may be used up

ENDLESS = {
    "loop": "while True: pass",
    "sleep": "import time; time.sleep(1000)",
    "deaf": "import os\nos.closerange(0, 100)\nwhile True: pass",
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_does_not_end_is_ended(body):
    started = time.monotonic()
    assert "longer than 0.5 seconds" in error(body)
    assert time.monotonic() - started < 10


def test_threads_are_jaxs():
    body = "import threading, time\nt = threading.Thread(target=time.sleep, args=(99,))\n"
    body += "t.start()\nt.join()"
    if sys.platform == "linux":
        assert "can't start new thread" in error(body)
    assert "longer than 5 seconds" in error(body, "import jax")


def test_a_loop_on_the_way_in():
    assert "longer than" in run("f", "while True: pass", [(X,)], QUICK).trouble


def test_a_flood_of_prints():
    results = run("f", "def f(x):\n    while True: print('a' * 999)", [(X,)], Limits(seconds=5))
    assert results.trouble == "it printed more than 1,048,576 bytes"
    assert len(results.printed) <= 2000


@linux
def test_forty_gigabytes():
    assert "line 4: MemoryError" in error(
        "return np.ones((5000, 1000, 1000))", "import numpy as np\n"
    )
    body = "return np.broadcast_to(np.zeros(1), (5_000_000_000,))"
    assert "MemoryError" in error(body, "import numpy as np")


@linux
def test_forty_gigabytes_in_jax():
    assert "RESOURCE_EXHAUSTED" in error(
        "return jnp.ones((5000, 1000, 1000))", "import jax.numpy as jnp"
    )


def test_too_large_a_result():
    source = "import numpy as np\ndef f(x): return np.zeros(1000)"
    assert "cannot be read: a frame of" in run("f", source, [(X,)], Limits(results=5000)).trouble


def test_recursion():
    assert "RecursionError" in error("return f(x)")
    assert "RecursionError" in error("a = []\na.append(a)\nreturn a")


def test_many_pipes():
    body = "import os\nfor _ in range(8000): os.pipe()"
    assert "OSError" in error(body)


READY_MADE = {
    "import scipy.special": "vars(scipy.special)['soft' + 'max'](x)",
    "import jax": "[jax][0].nn.softmax(x)",
    "import jax ": "getattr(__import__('sys').modules['jax'], 'gr' + 'ad')(sum)(x)",
}


@pytest.mark.parametrize("head", READY_MADE)
def test_what_an_exercise_forbids_is_refused_when_it_runs(head):
    forbidden = ["scipy.special.softmax", "jax.nn.softmax", "jax.grad"]
    source = f"{head}\ndef f(x): return {READY_MADE[head]}"
    results = run("f", source, [(X,)], QUICK, forbidden=forbidden)
    assert "PermissionError: this exercise does not allow" in results.outcomes[0].raised


# The way out


@pytest.mark.parametrize("body", ["exit()", "raise SystemExit", "import sys; sys.exit(0)"])
def test_an_exit_is_an_error(body):
    assert "SystemExit: the code ended itself: take exit() out" in error(body)


def test_leaving_without_a_word():
    assert "ended its own process with status 0" in error("import os; os._exit(0)")


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_an_exception_that_is_no_exception_is_named(name):
    assert error(f"raise {name}").startswith(f"line 3: {name}")


def test_a_crash():
    # The hook forbids what would crash at once, so it is done by what NumPy itself offers.
    body = "np.lib.stride_tricks.as_strided(x, (1,), (8,))\n"
    body += "return np.lib.stride_tricks.as_strided(x, (10**12,), (2**30,)).sum()"
    assert "crashed its process" in error(body, "import numpy as np")


# What may be touched

REFUSED = {
    "ImportError": [
        "from zen_transformer.layers.attention import softmax",
        "import zen_transformer",
        "import torch",
        "import transformers",
        "import flax",
        "import pytest",
        "import grading.sample",
        "import _xxsubinterpreters",
    ],
    "PermissionError": [
        f"open({str(HERE)!r})",
        f"open({HERE.name!r}, 'w')",
        f"__import__('pathlib').Path({str(HERE)!r}).read_text()",
        f"import os; os.open({str(HERE).encode()!r}, os.O_RDONLY)",
        f"import os; os.listdir({str(HERE.parent)!r})",
        f"import numpy; numpy.fromfile({str(HERE)!r})",
        f"import numpy; open(numpy.__path__[0] + '/../../../../..' + {str(HERE)!r})",
        f"import io; io.FileIO(type('P', (str,), dict(startswith=lambda *a: 1))({str(HERE)!r}))",
        "import importlib; importlib.import_module('torch')",
        "import importlib; importlib.import_module('zen_transformer')",
        "open('/proc/self/mem', 'r+b')",
        "import os; os.fork()",
        "import os; os.system('true')",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.symlink('/', 'root')",
        "import os; os.chdir('/')",
        "import subprocess; subprocess.run(['true'])",
        "import _posixsubprocess; _posixsubprocess.fork_exec()",
        "import multiprocessing as m; m.get_context('fork').Process().start()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import ctypes; ctypes.CDLL(None)",
        "import ctypes; ctypes.string_at(0)",
        "import gc; gc.get_objects()",
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))",
        "import signal, threading; signal.pthread_kill(threading.get_ident(), 9)",
        "import tempfile; tempfile.mkdtemp(dir='/')",
        "import shutil; shutil.rmtree('.')",
    ],
}
TRIES = [(name, code) for name, codes in REFUSED.items() for code in codes]
PATCH = """
import builtins, os.path, sys
kept = dict(vars(builtins))
builtins.type = lambda x: str
builtins.isinstance = builtins.any = builtins.all = lambda *a: True
os.path.realpath = os.path.abspath = os.path.join = lambda *a, **k: '/'
sys.stdlib_module_names = frozenset({'torch', 'zen_transformer'})
sys.addaudithook(lambda *a: None)
sys.path.insert(0, '/')
"""


def tried(before: str = "", after: str = "") -> list[str]:
    """What each of the tries raised, all in one process."""
    tries = "".join(f"    lambda: exec({code!r}),\n" for _, code in TRIES)
    body = (
        f"{before}\n"
        "found = []\n"
        "for attempt in TRIES:\n"
        "    try:\n"
        "        attempt()\n"
        "        found.append('nothing')\n"
        "    except BaseException as error:\n"
        "        found.append(error.__class__.__name__)\n"
        f"{after}\n"
        "return found"
    )
    results = outcome(body, f"import numpy\nTRIES = [\n{tries}]\n")
    assert not isinstance(results, str), results
    assert not results.error, results.raised
    return results.value


@pytest.mark.skipif(sys.platform == "win32", reason="these are POSIX's")
def test_what_is_refused():
    codes = [code for _, code in TRIES]
    assert [*zip(codes, tried(), strict=True)] == [(code, name) for name, code in TRIES]


@pytest.mark.skipif(sys.platform == "win32", reason="these are POSIX's")
def test_patching_modules_opens_nothing():
    assert "nothing" not in tried(PATCH, "vars(builtins).update(kept)")


def test_the_standard_library_and_numpy_and_jax_are_there():
    head = (
        "import math, json, dataclasses, collections, random\nimport jax\nimport jax.numpy as jnp"
    )
    head += (
        "\nimport numpy.testing, scipy.special, jax.scipy.special\nfrom functools import partial"
    )
    body = "g = jax.jit(jax.vmap(jax.grad(jax.scipy.special.erf)))\nreturn g(x) + jnp.zeros(3)"
    results = outcome(body, head)
    np.testing.assert_allclose(results.value, 2 / np.sqrt(np.pi) * np.exp(-(X**2)), rtol=1e-6)
    assert results.value.dtype == np.float64


# What it may pretend

FRAME = """import json, os
def put(body, length=None):
    for fd in range(3, 20):
        try: os.write(fd, (8 + len(body) if length is None else length).to_bytes(8, 'big'))
        except OSError: continue
        os.write(fd, len(body).to_bytes(8, 'big') + body)
def send(fields): put(json.dumps(fields).encode())
"""
"""Writes frames to whatever is open: the way to the grader is among it."""

OUTCOME = """outcome = {'is': 'outcome', 'case': 0, 'sizes': [], 'value': 1, 'error': '',
    'message': '', 'line': None, 'changed': []}
"""

FORGERIES = {
    "a printed result": "print('1 passed')\nprint({'score': 4})\nreturn x",
    "a patched comparison": "import numpy as np, numpy.testing\nnp.isclose = np.allclose = "
    "lambda *a, **k: np.array(True)\nnp.testing.assert_allclose = lambda *a, **k: None\nreturn x",
    "an object equal to all": "class All:\n    def __eq__(self, other): return True\n"
    "    def __array__(self, *a, **k): raise ValueError\nreturn All()",
    "functions of the frame below": "import sys\nframe = sys._getframe()\nwhile frame:\n"
    "    for name in ('mismatch', 'difference', 'Outcome', 'call'):\n"
    "        frame.f_globals[name] = lambda *a, **k: ''\n    frame = frame.f_back\nreturn x",
    "a patched main": "import sys\nmain = sys.modules['__main__']\nmain.main = main.run = print\n"
    "main.__dict__.clear()\nreturn x",
    "forged frames": "import os\nfor fd in range(3, 20):\n    try: os.write(fd, b'\\xff' * 64)\n"
    "    except OSError: pass\nreturn x",
    "a frame of a kind that earned points": FRAME + "send({'is': 'stop', 'sizes': []})\nreturn x",
    "ready, once a second": FRAME + "import time\nwhile True:\n"
    "    send({'is': 'ready', 'fences': [], 'sizes': []})\n    time.sleep(1)",
    "failed, without an outcome": FRAME + "send({'is': 'failed', 'sizes': []})\nreturn x",
    "an answer to another question": FRAME + OUTCOME + "send({**outcome, 'case': 7})\nreturn x",
    "an answer of its own": FRAME + OUTCOME + "send(outcome)\nreturn x",
    "an answer too many": FRAME + OUTCOME + "import threading, time\n"
    "def later():\n    while True:\n        send(outcome)\n"
    "threading.Thread(target=later).start()\nreturn x",
    "a frame of lists": FRAME + "send([1, 2])\nreturn x",
    "a deep frame": FRAME + "put(b'[' * 99999)\nreturn x",
    "a frame that is too large": FRAME + "put(b'', 10 ** 15)\nreturn x",
    "a frame that never comes": FRAME + "put(b'', 10 ** 6)\nreturn x",
    "small forged frames": "import os\nbody = (2).to_bytes(8, 'big') + b'{}'\n"
    "for fd in range(3, 20):\n    try: os.write(fd, len(body).to_bytes(8, 'big') + body)\n"
    "    except OSError: pass\nreturn x",
}


@pytest.mark.parametrize("body", FORGERIES.values(), ids=FORGERIES)
def test_forgeries_earn_nothing(exercise, body):
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    grade = grade_source(exercise, f"def shares(x, times):\n{lines}", QUICK)
    assert grade.points == 0
    assert grade.mistake is None
    assert not grade.complete


# What is merely broken

BROKEN = {
    "SyntaxError": ("def f(x):\n    return (", "line 2: SyntaxError: '(' was never closed"),
    "no function": ("def g(x):\n    return x", "there is no function f in it"),
    "a number": ("f = 3", "there is no function f in it"),
    "an import": ("import nothing", "line 1: ImportError: an exercise imports only"),
    "a zero byte": ("\0", "null bytes"),
}


@pytest.mark.parametrize(("source", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_used(source, message):
    assert message in run("f", source, [(X,)], QUICK).trouble


def test_arguments_in_place():
    assert outcome("x *= 2\nreturn x").changed == (0,)
    assert outcome("x = x * 2\nreturn x").changed == ()


def test_other_types():
    assert repr(outcome("yield x").value) == "<generator>"
    assert outcome("pass").value is None
    assert "EOFError" in error("return input()")


def test_nothing_is_left_running():
    before = threading.active_count()
    started = time.monotonic()
    body = (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\nreturn x"
    )
    np.testing.assert_array_equal(outcome(body, "import jax").value, X)
    assert time.monotonic() - started < 20
    assert threading.active_count() == before
