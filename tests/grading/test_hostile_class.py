"""A class in which every submission but one attacks: the good one gets its points, and nothing
outside changes."""

import csv
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from zen_transformer.errors import UserError
from zen_transformer.grading.classroom import grade_class
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.submission import Grading

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the system's fence is Linux's"),
]

RIGHT = "def shares(x, times):\n    return times * x / x.sum(axis=-1, keepdims=True)\n"

ATTACKS = {
    "frames": "import os, json\nbody = json.dumps({'is': 'stop', 'sizes': []}).encode()\n"
    "body = len(body).to_bytes(8, 'big') + body\n"
    "for fd in range(3, 30):\n    try: os.write(fd, len(body).to_bytes(8, 'big') + body)\n"
    "    except OSError: pass\n",
    "history": "import readline\nreadline.read_history_file(SECRET)\n"
    "print(readline.get_history_item(1))\n",
    "history of C": "import sys\nreadline = sys.modules.get('readline')\n"
    "import importlib.machinery as m\n"
    "loader = m.BuiltinImporter if readline is None else None\n"
    "readline = loader.load_module('readline')\nreadline.read_history_file(SECRET)\n",
    "end of the class": "import os, signal\n"
    "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGTERM)\n",
    "end of the class by C": "import ctypes\nctypes.pythonapi.kill(PARENT, 15)\n",
    "end of all": "import os\nos.kill(-1, 15)\n",
    "emptied by scipy": "from scipy.io import _fast_matrix_market as f\n"
    "f._fmm_core.open_write_file(SECRET, {}, 1, 8)\n",
    "emptied by mmwrite": "import numpy, scipy.io\nscipy.io.mmwrite(SECRET, numpy.ones((2, 2)))\n",
    "emptied by numpy": "import numpy\nnumpy.ones(3).tofile(SECRET)\nnumpy.save(SECRET, [1])\n",
    "memmap": "import numpy\nnumpy.memmap(SECRET, mode='w+', shape=(1,))[:] = 0\n",
    "library": "import numpy\nnumpy.ctypeslib.load_library('libc.so.6', '/lib/x86_64-linux-gnu')\n",
    "port of the profiler": "import jax\njax.profiler.start_server(PORT)\n",
    "port": "import asyncio\nasyncio.run(asyncio.start_server(print, '127.0.0.1', PORT))\n",
    "dump of a compiler": "import jax, jax.numpy as jnp\n"
    "f = jax.jit(lambda x: x + 1).lower(jnp.ones(3))\n"
    "f.compile(compiler_options={'xla_dump_to': FOLDER})(jnp.ones(3))\n",
    "trace of the profiler": "import jax\nwith jax.profiler.trace(FOLDER): pass\n",
    "cache of a compiler": "import jax, jax.numpy as jnp\n"
    "jax.config.update('jax_compilation_cache_dir', FOLDER)\n"
    "jax.config.update('jax_persistent_cache_min_compile_time_secs', 0)\n"
    "jax.jit(lambda x: jnp.sin(x) + 1)(jnp.ones(3))\n",
    "callback in a thread": "import jax, jax.numpy as jnp\n"
    "jax.pure_callback(lambda x: open(SECRET, 'w') and x, jnp.ones(3), jnp.ones(3))\n",
    "many processes": "import os\nwhile os.fork(): pass\n",
    "endless": "while True: pass\n",
    "frames without end": "import os, time, json\nbody = json.dumps({'is': 'ready', 'sizes': []})\n"
    "body = len(body).to_bytes(8, 'big') + body.encode()\nwhile True:\n"
    "    for fd in range(3, 30):\n        try: os.write(fd, len(body).to_bytes(8, 'big') + body)\n"
    "        except OSError: pass\n    time.sleep(0.5)\n",
    "failed frame": "import os, json\nbody = json.dumps({'is': 'failed', 'sizes': []}).encode()\n"
    "body = len(body).to_bytes(8, 'big') + body\n"
    "for fd in range(3, 30):\n    try: os.write(fd, len(body).to_bytes(8, 'big') + body)\n"
    "    except OSError: pass\n",
    "log of jax": "import logging\nlogging.FileHandler(SECRET, 'w')\n",
    "database": "import sqlite3\nsqlite3.connect(SECRET).execute('create table a (b)')\n",
    "shelf": "import shelve\nshelve.open(SECRET)['a'] = 1\n",
    "link": "import os\nos.symlink(SECRET, 'mine')\nopen('mine', 'w')\n",
    "mode": "import os\nos.chmod(SECRET, 0)\n",
    "own name": RIGHT + "import sys\nsys.modules['numpy'] = None\nraise KeyboardInterrupt\n",
}
"""Each comes before a right function, in the file of a student of this name."""

NAMES = [
    b"n" * 255,
    "m\u00fcller".encode("latin-1"),
    b"a\rb",
    b"x;=1+1",
    b"=cmd()",
    "ﬁ ☃ 汉字".encode(),
    b"x..",
    b"<b>&amp;",
    b"\x1b[2J",
]
"""Names of folders, as bytes. Their submissions are right."""

USERS = {"as it is": [], "as nobody": ["setpriv", "--reuid=65534", "--clear-groups"]}
READER = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def contents(folder: Path) -> dict[Path, bytes | None]:
    """Every path below a folder, with what is in it."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def workers(folder: Path) -> set[str]:
    """The command lines of all processes that were started in temporary folders below a folder."""
    lines = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.add(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return {line for line in lines if f"{folder}{os.sep}zen-grade-" in line}


@pytest.fixture
def outside(tmp_path) -> Path:
    """A folder with a secret, that everybody may write."""
    folder = tmp_path / "outside"
    folder.mkdir()
    folder.chmod(0o777)
    for name in ("answer.py", "table.mtx"):
        (folder / name).write_text("the answer\n", "utf-8")
        (folder / name).chmod(0o666)
    return folder


@pytest.fixture
def submissions(tmp_path, outside) -> tuple[Path, int]:
    """A folder for each attack and each name, and one that is good; and the port to open."""
    folder, port = tmp_path / "submissions", free_port()
    for name, attack in ATTACKS.items():
        for suffix in ("py", "mtx") if "mmwrite" in name else ("py",):
            secret = outside / {"py": "answer.py", "mtx": "table.mtx"}[suffix]
            head = f"SECRET, FOLDER, PORT = {str(secret)!r}, {str(outside)!r}, {port}\n"
            head += f"PARENT = {os.getpid()}\n"
            write(folder / f"{name} {suffix}", head + attack + RIGHT)
    for name in NAMES:
        write(folder / os.fsdecode(name), RIGHT)
    write(folder / "good", RIGHT)
    (folder / "copy").symlink_to(folder / "good", target_is_directory=True)
    return folder, port


def write(folder: Path, source: str) -> None:
    """Hand in a source."""
    folder.mkdir(parents=True)
    (folder / "shares.py").write_text(f"import numpy as np\n{source}", "utf-8")


def graded(submissions: Path, exercise: Exercise, output: Path, user: str) -> str:
    """Grade the class by the command, in a process that shows whether it was ended."""
    prefix = [*USERS[user], *(READER if USERS[user] else [])]
    if USERS[user] and (os.getuid() != 0 or not shutil.which("setpriv")):
        pytest.skip("only root can become somebody else")
    command = [*prefix, sys.executable, "-m", "zen_transformer.commands.main", "grade"]
    options = [str(submissions), "--class", "01", "--course", str(exercise.folder.parents[2])]
    done = subprocess.run(
        [*command, *options, "--output", str(output), "--seconds", "5"],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HOME": str(output),
            "TMPDIR": str(output),
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("user", USERS)
def test_nothing_outside_changes(submissions, outside, exercise, tmp_path, user):
    folder, port = submissions
    output = tmp_path / "grades"
    output.mkdir()
    output.chmod(0o777)
    tmp_path.chmod(0o755)
    before = contents(outside) | contents(folder)
    graded(folder, exercise, output, user)
    assert contents(outside) | contents(folder) == before
    assert not listens(port)
    assert workers(output) == set()
    with (output / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(ATTACKS) + 1 + len(NAMES) + 2
    points = {row["student"]: int(row["shares"]) for row in rows}
    assert points["good"] == 3
    assert points["copy"] == 0
    assert "not followed" in next(row["seen"] for row in rows if row["student"] == "copy")
    assert len(list((output / "pages").iterdir())) == len(rows)
    assert sorted(points.values()).count(3) >= 1 + len(NAMES)
    assert not any("the answer" in path.read_text("utf-8") for path in output.rglob("*.html"))
    text = (output / "grades.csv").read_text("utf-8")
    assert "\x1b" not in text
    assert "\r" not in text
    for begin in ("\n=", ";=", ",="):
        assert begin not in text


def test_frames_that_are_not_answers_cost_the_points(submissions, exercise, tmp_path):
    folder, _ = submissions
    for path in list(folder.iterdir()):
        if path.is_symlink() or ("frame" not in path.name and path.name != "good"):
            path.unlink() if path.is_symlink() else shutil.rmtree(path)
    records = grade_class(folder, Grading([exercise]), tmp_path / "grades", seconds=8)
    points = {record.student: record.points for record in records}
    assert points == {"good": 3} | {name: 0 for name in points if name != "good"}
    assert len(points) == 4


def test_a_class_goes_on_where_it_was_interrupted(submissions, exercise, tmp_path, monkeypatch):
    folder, _ = submissions
    for path in list(folder.iterdir()):
        if path.name not in ("good", "copy") and "memmap" not in path.name:
            shutil.rmtree(path)
    seen = []

    def interrupted(path, *arguments, **options):
        if path.name == "memmap py":
            raise KeyboardInterrupt
        return real(path, *arguments, **options)

    from zen_transformer.grading import classroom

    real = classroom.grade_folder
    monkeypatch.setattr(classroom, "grade_folder", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade_class(folder, Grading([exercise]), tmp_path / "grades", jobs=1)
    with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8") as file:
        assert [row["student"] for row in csv.DictReader(file)] == ["copy", "good"]

    def watched(path, *arguments, **options):
        seen.append(path.name)
        return real(path, *arguments, **options)

    monkeypatch.setattr(classroom, "grade_folder", watched)
    records = grade_class(folder, Grading([exercise]), tmp_path / "grades", resume=True)
    assert seen == ["memmap py"]
    assert [record.student for record in records] == ["copy", "good", "memmap py"]


def test_no_output_folder(submissions, exercise, tmp_path):
    (tmp_path / "grades").write_text("", "utf-8")
    with pytest.raises(UserError):
        grade_class(submissions[0], Grading([exercise]), tmp_path / "grades")
