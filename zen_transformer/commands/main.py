"""zen-transformer: BERT, GPT and the encoder–decoder, from the equations up.

Start with `zen-transformer quickstart`.
"""

import inspect
import os
import signal
import sys
from importlib.metadata import version
from io import TextIOWrapper
from typing import Any

from zen_transformer.commands.fault import PROGRAM, describe_fault, describe_lack, lacks_memory
from zen_transformer.commands.table import PLACES, find_command, load_command, overview
from zen_transformer.errors import UserError
from zen_transformer.printing import one_line, print
from zen_transformer.training.allocator import keep_freed_memory

HELP = ("-h", "--help")
USER_MISTAKE = 2
INTERNAL_ERROR = 70
"""EX_SOFTWARE of sysexits.h."""


class Stopped(KeyboardInterrupt):
    """A signal said to stop."""

    def __init__(self, number: int):
        self.number = number


def stop(number: int, frame: Any) -> None:
    """Do on SIGTERM what Ctrl-C does, also where a shell started us with that ignored."""
    raise Stopped(number)


def run_command(arguments: list[str]) -> None:
    """Run what a command line says.

    Raises:
        UserError: there is no such command, or what was given to it cannot work.
    """
    if not arguments:
        raise UserError(f"no command: {PROGRAM} --help lists all of them")
    rest = without_help(arguments)
    if rest != arguments:
        show_help(rest)
    elif arguments[0] == "--version":
        print(f"{PROGRAM} {version(PROGRAM)}")
    else:
        name, rest = find_command(arguments)
        call(name, rest)


def without_help(arguments: list[str]) -> list[str]:
    """The arguments without -h and --help, wherever they stand; what is behind `--` is text."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [one for one in arguments[:end] if one not in HELP] + arguments[end:]


def show_help(arguments: list[str]) -> None:
    """Show the help of what a command line names, also where other things on it are mistaken.

    Raises:
        UserError: it names a command that there is not.
    """
    groups = {name.split()[0] for name in PLACES if " " in name}
    if not arguments or arguments == ["--version"]:
        print(f"usage: {PROGRAM} COMMAND [OPTIONS]\n\n{__doc__}{overview()}")
        print(f"\n{PROGRAM} COMMAND --help shows what a command takes.")
    elif len(arguments) == 1 and arguments[0] in groups:
        print(f"usage: {PROGRAM} {arguments[0]} COMMAND [OPTIONS]\n{overview(arguments[0])}")
    else:
        name, rest = find_command(arguments)
        try:
            call(name, ["--help", *rest])  # the defaults that it shows may follow from the rest
        except UserError:
            call(name, ["--help"])


def call(name: str, arguments: list[str]) -> Any:
    """Call a command with what the command line gives it."""
    function = load_command(name)
    if list(inspect.signature(function).parameters) == ["arguments"]:
        return function(arguments)
    # It takes a while to import tyro, which the list of commands need not wait for.
    from zen_transformer.commands.arguments import read_arguments

    return read_arguments(function, arguments, prog=f"{PROGRAM} {name}")


def main() -> None:
    """Run a command. What a person can mend is one line on standard error and exit code 2; what
    only we can mend is one line that says so, and exit code 70."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    keep_freed_memory()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that has not all characters
            stream.reconfigure(errors="backslashreplace")
    try:
        run_command(sys.argv[1:])
    except UserError as error:
        _say(error)
        sys.exit(USER_MISTAKE)
    except BrokenPipeError:  # as in `zen-transformer --help | head`
        sys.stderr.close()
        sys.exit(USER_MISTAKE)
    except OSError as error:  # a full disk, a folder that cannot be written to
        _say(f"{error.filename or 'the system'}: {error.strerror or error}")
        sys.exit(USER_MISTAKE)
    except Exception as error:
        if lacks_memory(error):
            _say(describe_lack(error))
            sys.exit(USER_MISTAKE)
        # The last line of defence: whatever else it is, it is our fault.
        _say(describe_fault(error, sys.argv[1:]))
        sys.exit(INTERNAL_ERROR)
    except KeyboardInterrupt as stopped:
        _say("stopped; what was finished is kept, and --resume goes on with a run")
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: it takes JAX apart while its threads still compute, and they crash.
        os._exit(128 + getattr(stopped, "number", signal.SIGINT))


def _say(message: object) -> None:
    print(f"{PROGRAM}: {one_line(str(message))}", file=sys.stderr)


if __name__ == "__main__":
    main()
