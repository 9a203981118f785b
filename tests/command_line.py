"""The command line, each call a process of its own that is forked from one that has imported
everything: the same streams, signals and exit status, without the seconds that imports take.

    run("report", "--help")                      waits for the end
    start("quickstart", cwd=folder).kill()       does not

Where a system cannot fork, and for `fresh=True`, a new interpreter is started; for
`as_a_user=True` by the installed script, with programs that are compiled as they are for anybody.
"""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from compilation import without_settings

COMMAND = [sys.executable, "-m", "zen_transformer.commands.main"]


class Process:
    """A command that was started; with the methods of `subprocess.Popen` that tests need."""

    def __init__(self, arguments: list[str], cwd: Path, env: Mapping[str, str], given: bytes):
        self.arguments = arguments
        self.returncode: int | None = None
        self._folder = TemporaryDirectory(prefix="command-")
        self._streams = [Path(self._folder.name) / name for name in ("stdin", "stdout", "stderr")]
        self._streams[0].write_bytes(given)
        for path in self._streams[1:]:
            path.touch()
        request = {
            "arguments": arguments,
            "cwd": str(cwd),
            "environment": dict(env),
            "streams": list(map(str, self._streams)),
        }
        self.pid = Server.current().start(request)

    def poll(self) -> int | None:
        """Return the exit status, if it has ended."""
        self.returncode = Server.current().ended(self.pid, 0)
        return self.returncode

    def wait(self, timeout: float = 600) -> int:
        """Wait for the end.

        Raises:
            subprocess.TimeoutExpired: it did not come in time.
        """
        end = time.monotonic() + timeout
        while self.returncode is None:
            left = end - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(self.arguments, timeout)
            self.returncode = Server.current().ended(self.pid, left)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def written(self) -> tuple[bytes, bytes]:
        """Return what it has written to standard output and standard error up to now."""
        out, error = (path.read_bytes() for path in self._streams[1:])
        return out, error


class Server:
    """The process that forks, one for this process."""

    _current: "Server | None" = None

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ended: dict[int, int] = {}

    @classmethod
    def current(cls) -> "Server":
        """Return the server, started when it is first needed."""
        if cls._current is None:
            cls._current = cls()
            atexit.register(cls._current._process.communicate)  # which closes its input
        return cls._current

    def start(self, request: dict[str, Any]) -> int:
        """Start a command; its process id."""
        stdin, stdout = _pipes(self._process)
        stdin.write(json.dumps(request).encode() + b"\n")
        stdin.flush()
        while True:
            answer = json.loads(stdout.readline())
            if "started" in answer:
                return answer["started"]
            self._note(answer)

    def ended(self, pid: int, timeout: float) -> int | None:
        """Return the exit status of a process; None where it runs on after so many seconds."""
        end = time.monotonic() + timeout
        while pid not in self._ended:
            stdout = _pipes(self._process)[1]
            if not select.select([stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                return None
            self._note(json.loads(stdout.readline()))
        return self._ended[pid]

    def _note(self, answer: dict[str, int]) -> None:
        self._ended[answer["ended"]] = answer["status"]


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def start(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] = {}, given: bytes = b""
) -> Process:
    """Start a command; `env` is added to the environment, `given` is its standard input."""
    return Process(list(map(str, arguments)), cwd or Path.cwd(), env, given)


def run_bytes(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] = {},
    given: bytes = b"",
    fresh: bool = False,
    as_a_user: bool = False,
    timeout: float = 900,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end; what it wrote as bytes."""
    if fresh or as_a_user or not hasattr(os, "fork"):
        environment = (without_settings() if as_a_user else os.environ) | env
        command = [Path(sys.executable).with_name("zen-transformer")] if as_a_user else COMMAND
        options: dict[str, Any] = {"cwd": cwd, "env": environment, "timeout": timeout}
        return subprocess.run([*command, *arguments], input=given, capture_output=True, **options)
    process = start(*arguments, cwd=cwd, env=env, given=given)
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(process.arguments, status, *process.written())


def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; what it wrote as text."""
    done = run_bytes(*arguments, **options)
    text = (stream.decode().replace("\r\n", "\n") for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *text)


# The server


def serve() -> None:
    """Fork for each line of standard input, and tell which processes have ended."""
    import gc
    import importlib
    import pkgutil

    for room in ("commands", "inference", "report", "runs", "tasks"):
        package = importlib.import_module(f"zen_transformer.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    from zen_transformer.tasks.quickstart import pace

    pace.SECONDS = 0.05
    gc.collect()
    gc.freeze()  # what is not looked at is not copied
    answers = os.fdopen(os.dup(1), "w")
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    running: set[int] = set()
    while True:
        if select.select([requests], [], [], 0.01 if running else None)[0]:
            line = requests.readline()
            if not line:
                return
            pid = os.fork()
            if pid == 0:
                answers.close()
                requests.close()
                _become(json.loads(line))
                return
            running.add(pid)
            print(json.dumps({"started": pid}), file=answers, flush=True)
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                running.remove(pid)
                code = os.waitstatus_to_exitcode(status)
                print(json.dumps({"ended": pid, "status": code}), file=answers, flush=True)


def _become(request: dict[str, Any]) -> None:
    """Be the command, up to the end of the process."""
    from zen_transformer.commands.main import main

    for number, path in enumerate(request["streams"]):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(request["cwd"])
    os.environ.update(request["environment"])
    sys.argv = ["zen-transformer", *request["arguments"]]
    main()


if __name__ == "__main__":
    serve()
