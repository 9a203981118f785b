"""Linux's own fence around a student's code: Landlock for files, seccomp for system calls.

The kernel holds both for the rest of the process's life, threads and all, whatever the code writes
into its own memory, and for root as well.

Landlock: https://docs.kernel.org/userspace-api/landlock.html
seccomp: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import errno
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

try:
    from py_landlock import Landlock, LandlockError
    from py_landlock.flags import AccessFs
except (ImportError, RuntimeError):  # another system
    Landlock = None  # type: ignore[assignment, misc]
try:
    import pyseccomp as seccomp
except (ImportError, RuntimeError):  # another system, or libseccomp is not installed
    seccomp = None

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
MULTIARCH = ("-linux-gnu", "-linux-gnueabihf", "-linux-musl")
"""Folders of shared libraries, and the ends of the names of folders within them."""

SYSTEM = (
    *("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
    *("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
    *(f"/proc/self/{name}" for name in ("maps", "stat", "statm", "status", "cgroup", "task")),
)
"""What else is read by NumPy, JAX and the C library."""

SITE_FOLDERS, OWN = ("site-packages", "dist-packages"), ("zen_transformer", "__editable__")
"""Folders of installed packages, and this package in them, which has the answers."""

CALLS = """
read readv pread64 preadv write writev pwrite64 close lseek _llseek fsync
open openat stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx statfs statfs64
fstatfs fstatfs64 access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd
dup dup2 dup3 pipe pipe2 eventfd eventfd2 poll ppoll select _newselect pselect6
epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_pwait epoll_pwait2
mmap mmap2 munmap mprotect mremap madvise brk membarrier mincore
rt_sigaction rt_sigprocmask rt_sigreturn sigreturn rt_sigpending rt_sigtimedwait sigaltstack
futex futex_waitv set_robust_list get_robust_list set_tid_address rseq restart_syscall
sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
sched_get_priority_min getcpu getpriority
clock_gettime clock_gettime64 clock_getres clock_nanosleep clock_nanosleep_time64 nanosleep
gettimeofday time times getitimer alarm timer_create timer_settime timer_delete
getpid getppid gettid getpgid getpgrp getsid getuid geteuid getgid getegid getgroups
getuid32 geteuid32 getgid32 getegid32 getresuid getresgid capget
uname sysinfo getrusage getrlimit ugetrlimit getrandom arch_prctl set_thread_area umask
exit exit_group
""".split()
"""What a process that computes asks of the system. All else is refused: sockets, signals, other
processes, programs, links, owners, times and modes of files, limits."""

CLONE_THREAD, PR_SET_NAME, PR_SET_VMA, TCGETS = 0x10000, 15, 0x53564D41, 0x5401
DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 1030)
"""fcntl's F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL and F_DUPFD_CLOEXEC; not F_SETOWN, which
makes the system send signals."""


def restrict_files(sites: Iterable[str], folder: Path) -> bool:
    """Let this process read only Python's own folders and what it needs of the system, and write
    nothing, for ever.

    Threads that run already are not held by this, so it comes first.

    Args:
        sites: folders in which packages are installed; this package in them is not read.
        folder: the working folder.

    Returns:
        Whether the system has Landlock.
    """
    if Landlock is None:
        return False
    rules = Landlock(strict=False)
    try:
        for path in _readable(map(Path, sites), folder):
            directory = AccessFs.READ_DIR if path.is_dir() else AccessFs(0)
            rules.add_path_rule(path, access=AccessFs.READ_FILE | directory)
        for path in filter(Path.is_dir, {*map(Path, sys.path), *_standard_library()}):
            rules.add_path_rule(path, access=AccessFs.READ_DIR)  # to find modules in them
        rules.apply()
    except (LandlockError, OSError):
        return False
    return True


def _readable(sites: Iterable[Path], folder: Path) -> Iterator[Path]:
    yield folder
    yield from filter(Path.exists, map(Path, SYSTEM))
    for path in _entries(_standard_library()):
        if path.name not in SITE_FOLDERS:
            yield path
    for path in _entries([*map(Path, LIBRARIES), Path(sys.base_prefix, "lib")]):
        if ".so" in path.name or path.name.endswith(MULTIARCH):
            yield path
    for path in _entries(sites):
        if not path.name.startswith(OWN):
            yield path


def _standard_library() -> set[Path]:
    paths = sysconfig.get_paths()
    folders = {Path(paths["stdlib"]), Path(paths["platstdlib"])}
    return {*folders, *(folder / "lib-dynload" for folder in folders)}


def _entries(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in filter(Path.is_dir, folders):
        yield from filter(Path.exists, folder.iterdir())


def restrict_calls(threads: bool) -> bool:
    """Refuse every system call that computing does not need, to all threads, for ever.

    Args:
        threads: whether new threads may be started.

    Returns:
        Whether the system has seccomp, and libseccomp is installed.
    """
    if seccomp is None:
        return False
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    rules.set_attr(seccomp.Attr.CTL_TSYNC, 1)

    def allow(call: str, *conditions: tuple[int, int, int]) -> None:
        """Allow a call whose arguments, masked, have these values: (position, mask, value)."""
        arguments = [seccomp.Arg(n, seccomp.MASKED_EQ, *values) for n, *values in conditions]
        rules.add_rule(seccomp.ALLOW, call, *arguments)

    word = (1 << 64) - 1
    try:
        for call in filter(_exists, CALLS):
            allow(call)
        if threads:
            allow("clone", (0, CLONE_THREAD, CLONE_THREAD))
        allow("tgkill", (0, word, os.getpid()))
        allow("prlimit64", (0, word, 0), (2, word, 0))  # reads its own limits
        allow("ioctl", (1, word, TCGETS))
        for option in (PR_SET_NAME, PR_SET_VMA):
            allow("prctl", (0, word, option))
        for command in DESCRIPTOR_COMMANDS:
            allow("fcntl", (1, word, command))
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # the C library then asks for clone
        rules.load()
    except OSError:
        return False
    return True


def _exists(call: str) -> bool:
    """Whether this machine has a system call; a few are those of other machines."""
    try:
        return seccomp.resolve_syscall(seccomp.Arch.NATIVE, call) >= 0
    except OSError:
        return False
