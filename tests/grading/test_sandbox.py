"""The system's own fence, without the hook of Python before it: what the kernel refuses, to root
and to others, and that it is enough for computing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zen_transformer.grading import sandbox
from zen_transformer.grading.process import site_folders

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's"),
]

READER = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
"""Nobody, who can reach the interpreter wherever it lies."""

USERS = {
    "as it is": [],
    "as nobody": ["setpriv", "--reuid=65534", "--clear-groups", *READER],
}

HEAD = """
import ctypes, json, os, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from zen_transformer.grading import sandbox
import pyseccomp
libc = ctypes.CDLL(None, use_errno=True)
secret = Path(sys.argv[1])
parent = os.getppid()
def number(name): return pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
def system(name, *arguments):
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number(name)), *given)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
THREADS = True
import fcntl, mmap, multiprocessing.shared_memory, readline, resource, signal, socket, subprocess
descriptor = os.open("/dev/null", os.O_RDONLY)
"""

RESTRICT = """
raised = [sandbox.restrict_files([], Path.cwd()), sandbox.restrict_calls(threads=THREADS)]
"""

REFUSED = [
    # reading
    "secret.read_bytes()",
    "os.open(bytes(secret), os.O_RDONLY)",
    "readline.read_history_file(str(secret))",
    "mmap.mmap(os.open(secret, os.O_RDONLY), 1, prot=mmap.PROT_READ)",
    "os.listdir(secret.parent)",
    "Path('/etc/passwd').read_bytes()",
    "Path(f'/proc/{parent}/environ').read_bytes()",
    "Path('/proc', str(parent), 'root', 'etc', 'passwd').read_bytes()",
    "Path(f'/proc/{parent}/mem').read_bytes()",
    "system('process_vm_readv', parent, None, 0, None, 0, 0)",
    "system('open_by_handle_at', -100, None, 0)",
    "system('kcmp', parent, parent, 0, 0, 0)",
    "system('ptrace', 16, parent, None, None)",
    # writing
    "Path('new').write_text('')",
    "secret.write_text('')",
    "os.truncate(secret, 0)",
    "os.unlink(secret)",
    "os.rename(secret, 'mine')",
    "os.link(secret, 'mine')",
    "os.symlink(secret, 'mine')",
    "os.mkdir('mine')",
    "os.rmdir('mine')",
    "os.mkfifo('mine')",
    "os.mknod('mine')",
    "os.chmod(secret, 0o777)",
    "os.chown(secret, 1, 1)",
    "os.utime(secret)",
    "os.setxattr(secret, 'user.a', b'')",
    "os.removexattr(secret, 'user.a')",
    "open('/proc/self/mem', 'r+b')",
    "open('/proc/self/oom_score_adj', 'w')",
    "system('fallocate', 1, 0, 0, 1)",
    "system('mount', b'none', b'/mnt', b'tmpfs', 0, None)",
    "os.chroot('.')",
    "os.chdir('/')",
    "os.memfd_create('mine')",
    "system('shmget', 1, 4096, 0o1777)",
    "system('mq_open', b'mine', 0o102, 0o777, None)",
    "multiprocessing.shared_memory.SharedMemory('mine', create=True, size=1)",
    # signals and other processes
    "os.kill(parent, 0)",
    "os.kill(0, 0)",
    "os.killpg(os.getpgid(parent), 0)",
    "os.pidfd_open(parent)",
    "signal.pidfd_send_signal(0, 0)",
    "system('tgkill', parent, parent, 0)",
    "system('tkill', parent, 0)",
    "system('rt_sigqueueinfo', parent, 10, None)",
    "fcntl.fcntl(descriptor, fcntl.F_SETOWN, parent)",
    "fcntl.fcntl(descriptor, fcntl.F_SETSIG, 9)",
    "os.setpriority(os.PRIO_PROCESS, parent, 19)",
    "os.sched_setaffinity(parent, {0})",
    "resource.prlimit(parent, resource.RLIMIT_CPU)",
    "system('prlimit64', 0, 0, b'x' * 16, None)",
    "os.setpgid(0, parent)",
    "os.setsid()",
    "os.setuid(0)",
    "os.setgroups([0])",
    # new processes and programs
    "os.fork()",
    "system('vfork')",
    "system('clone', 17, None, None, None, None)",
    "system('clone3', None, 0)",
    "os.execv('/bin/true', ['true'])",
    "system('execveat', -100, b'/bin/true', None, None, 0)",
    "subprocess.run(['true'])",
    "os.posix_spawn('/bin/true', ['true'], {})",
    # sockets
    "socket.socket()",
    "socket.socket(socket.AF_UNIX)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "socket.socketpair()",
    "system('connect', 1, None, 0)",
    "system('sendto', 1, None, 0, 0, None, 0)",
    # the kernel itself
    "system('io_uring_setup', 1, None)",
    "system('bpf', 0, None, 0)",
    "system('userfaultfd', 0)",
    "system('perf_event_open', None, 0, -1, -1, 0)",
    "system('keyctl', 0)",
    "system('unshare', 0x10000000)",
    "system('setns', 1, 0)",
    "system('personality', 0)",
    "system('seccomp', 0, 0, None)",
    "system('prctl', 4, 1, 0, 0, 0)",
    "fcntl.ioctl(descriptor, 0x5412, b'x')",
    "system('inotify_init1', 0)",
    "os.sendfile(1, descriptor, 0, 1)",
    "os.splice(descriptor, 1, 1)",
]

ALLOWED = [
    "sum(range(10))",
    "__import__('threading').Thread(target=bool).start()",
    "__import__('time').sleep(0.001)",
    "__import__('datetime').datetime.now().astimezone()",
    "__import__('random').random()",
    "os.urandom(3)",
    "__import__('json.tool')",
    "len(os.listdir('.'))",
    "os.isatty(1)",
    "os.dup(1)",
    "resource.getrlimit(resource.RLIMIT_CPU)",
]

ASK = """
found = {}
for code in json.loads(sys.stdin.read()):
    try:
        eval(code)
        found[code] = "done"
    except OSError as error:
        found[code] = "refused" if error.errno in (1, 13, 38) else str(error)
    except BaseException as error:
        found[code] = repr(error)
print("\\n" + json.dumps([raised, found]))
"""
"""Not permitted, access denied, and for a call that is said not to exist, so that another is used.
"""


def answers(
    codes: list[str], secret: Path, user: str, head: str = "", before: str = ""
) -> dict[str, str]:
    """What became of each code in a process that is fenced in."""
    if USERS[user] and (os.getuid() != 0 or not shutil.which("setpriv")):
        pytest.skip("only root can become somebody else")
    package = Path(sandbox.__file__).parents[2]
    sites = site_folders(["numpy", "py_landlock", "pyseccomp"])
    program = HEAD + before + RESTRICT.replace("[]", repr(sites)) + head + ASK
    command = [*USERS[user], sys.executable, "-c", program, str(secret), str(package), *sites]
    done = subprocess.run(
        command, input=json.dumps(codes), capture_output=True, text=True, cwd=secret.parent / "work"
    )
    assert done.returncode == 0, done.stderr
    raised, found = json.loads(done.stdout.splitlines()[-1])
    if raised != [True, True]:
        pytest.skip("this kernel has no Landlock, or libseccomp is not installed")
    return found


@pytest.fixture
def secret(tmp_path) -> Path:
    """A file that all may read and write, outside the working folder."""
    (tmp_path / "work").mkdir(mode=0o777)
    path = tmp_path / "answer.py"
    path.write_text("the answer", "utf-8")
    for place, mode in ((path, 0o666), (tmp_path / "work", 0o777), (tmp_path, 0o777)):
        place.chmod(mode)
    return path


@pytest.mark.parametrize("user", USERS)
def test_what_the_system_refuses(secret, user):
    found = answers(REFUSED, secret, user)
    assert {code: what for code, what in found.items() if what != "refused"} == {}
    assert secret.read_text("utf-8") == "the answer"
    assert list((secret.parent / "work").iterdir()) == []


def test_new_threads_only_where_they_are_wanted(secret):
    code = "__import__('threading').Thread(target=bool).start()"
    assert answers([code], secret, "as it is")[code] == "done"
    found = answers([code], secret, "as it is", before="THREADS = False\n")
    assert "can't start new thread" in found[code]


@pytest.mark.parametrize("user", USERS)
def test_computing_is_allowed(secret, user):
    head = "import numpy, numpy.linalg\n"
    codes = [*ALLOWED, "numpy.linalg.svd(numpy.ones((50, 50)))", "numpy.random.default_rng()"]
    found = answers(codes, secret, user, head)
    assert {code: what for code, what in found.items() if what != "done"} == {}
