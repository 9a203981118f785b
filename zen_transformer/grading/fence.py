"""An audit hook that refuses a student's code imports, files, processes and connections, in words.

It cannot be removed, but code that writes into the memory of its process goes round it, and parts
of the standard library in C do not ask it. What holds then is the system's own fence (`sandbox`).
"""

import os
import sys
import sysconfig
from collections.abc import Callable, Iterable
from typing import Any

PACKAGES = {
    "numpy": ["numpy"],
    "jax": ["jax", "jaxlib", "ml_dtypes", "opt_einsum", "scipy", "numpy"],
    "scipy": ["scipy", "numpy"],
}
"""Packages that a student may import besides the standard library, with what each imports."""

BINDINGS = ("py_landlock", "pyseccomp")
"""Packages that raise the system's own fence; the process needs them before that code runs."""

UNSAFE = frozenset(
    "_posixsubprocess _ctypes _ctypes_test _testcapi _testinternalcapi _testbuffer "
    "_testmultiphase _xxsubinterpreters _interpreters _interpchannels _interpqueues "
    "readline _posixshmem dbm _dbm _gdbm curses _curses _curses_panel".split()
)
"""Modules of the standard library that bypass the hook."""

LISTING = frozenset({"os.listdir", "os.scandir"})
HARMLESS = frozenset({"os.walk", "os.fwalk", "os.putenv", "os.unsetenv"})
REFUSED = tuple(
    "os. subprocess. ctypes. socket. shutil. tempfile. pty. mmap. resource. signal. syslog. gc. "
    "sqlite3. winreg. msvcrt. _winapi. fcntl. ftplib. http. urllib. smtplib. poplib. imaplib. "
    "telnetlib. nntplib. ensurepip. webbrowser. code. sys.addaudithook cpython.".split()
)
"""Beginnings of the names of events that a function of arrays does not need."""

DEVICES = (os.devnull, "/dev/urandom")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def raise_fence(packages: Iterable[str], sites: Iterable[str], modules: Iterable[str] = ()) -> None:
    """Install the hook, for all code of this process.

    Args:
        packages: names of `PACKAGES` that may be imported.
        sites: folders in which they are installed.
        modules: names of modules that may be imported and are not installed.
    """
    names = sorted(packages)
    parts = {part for name in names for part in PACKAGES.get(name, [name])}
    check_import = _import_check(
        parts | {*modules} | (sys.stdlib_module_names - UNSAFE), ", ".join(names)
    )
    check_read = _read_check(_library(), _installed(parts, sites), [*sys.path, *DEVICES])
    sys.addaudithook(_hook(check_import, check_read))


def _library() -> list[str]:
    """Beginnings of the paths of the standard library."""
    paths = sysconfig.get_paths()
    folders = {paths["stdlib"], paths["platstdlib"]}
    return [place + os.sep for path in folders for place in (path, os.path.realpath(path))]


def _installed(parts: Iterable[str], sites: Iterable[str]) -> list[str]:
    """Beginnings of the paths of packages: numpy/…, numpy.libs/…, numpy-2.0.dist-info/…"""
    places = [place for site in sites for place in (site, os.path.realpath(site))]
    ends = (os.sep, f".libs{os.sep}", "-")
    return [f"{place}{os.sep}{part}{end}" for place in places for part in parts for end in ends]


# All that the hook uses is in arguments of the functions that make it, out of reach of the code
# that it watches, which may put what it likes into every module, also into `builtins`. For the same
# reason a name must be a string and not an object that pretends to be one.


def _hook(
    check_import: Callable[[Any], None],
    check_read: Callable[[Any], None],
    listing: frozenset[str] = LISTING,
    harmless: frozenset[str] = HARMLESS,
    refused: tuple[str, ...] = REFUSED,
    writing: int = WRITING,
) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "import":
            check_import(arguments[0])
        elif event == "open":
            path, _, flags = arguments
            if flags & writing:
                raise PermissionError(f"the code of an exercise writes no files: {path}")
            check_read(path)
        elif event in listing:
            check_read(arguments[0])
        elif event.startswith(refused) and event not in harmless:
            raise PermissionError(f"the code of an exercise may not use {event}")

    return hook


def _import_check(
    known: Iterable[str], listed: str, kind: type = type, text: type = str
) -> Callable[[Any], None]:
    known = frozenset(known)

    def check_import(module: Any) -> None:
        if kind(module) is not text or module.partition(".")[0] not in known:
            raise ImportError(f"an exercise imports only {listed}, and no {module}")

    return check_import


def _read_check(
    library: Iterable[str],
    installed: Iterable[str],
    exact: Iterable[str],
    kind: type = type,
    text: type = str,
    number: type = int,
    separator: str = os.sep,
) -> Callable[[Any], None]:
    library, installed, exact = tuple(library), tuple(installed), frozenset(exact)
    upwards = f"{separator}..{separator}"

    def check_read(path: Any) -> None:
        if kind(path) is number:
            return
        if kind(path) is text and upwards not in path + separator:
            if path in exact or (path + separator).startswith(installed):
                return
            if (path + separator).startswith(library) and "-packages" not in path:
                return
        raise PermissionError(f"the code of an exercise reads no files: {path}")

    return check_read
