"""Runs a student's code in a process of its own, and receives the outcome of every call.

Answers, points and expected outcomes stay in this process: the student's code can only change what
it returns.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from zen_transformer.grading.calls import Outcome
from zen_transformer.grading.conversation import Conversation, Ended, Forged, Reference
from zen_transformer.grading.fence import BINDINGS
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.process import site_folders, worker_process

PACKAGES = ("numpy", "jax", "scipy")
"""Packages that a student may import, where they are installed."""


@dataclass
class CallResults:
    """The results of all calls."""

    outcomes: list[Outcome | None] = field(default_factory=list)
    """Outcomes in the order of the calls; None where the code ended early."""
    trouble: str = ""
    """Why the code did not run to the end, in words."""
    printed: str = ""
    seconds: float = 0.0
    """Seconds without the time of waiting for a core."""
    fences: tuple[str, ...] = ()
    """The fences of the system that were around the code."""


def run(
    name: str,
    source: str,
    cases: list[tuple[Any, ...]],
    limits: Limits = Limits(),
    packages: tuple[str, ...] = PACKAGES,
    modules: dict[str, str] | None = None,
    references: dict[str, str] | None = None,
    forbidden: list[str] | None = None,
) -> CallResults:
    """Call the function `name` of a source with every case; a crash is one of the results.

    Args:
        name: name of the function.
        source: the student's source.
        cases: arguments of each call.
        limits: limits of time, memory and output.
        packages: packages that the source may import.
        modules: sources of other modules that it may import, by their names.
        references: sources of the right functions that it may import besides, by their names; they
            run in processes of their own, so that it does not see them.
        forbidden: dotted names of functions that are refused.
    """
    results = CallResults(outcomes=[None] * len(cases))
    with ExitStack() as stack:
        right = References(references, limits, packages, stack).call if references else None
        order = order_for(name, source, limits, packages, modules or {})
        order |= {"references": list(references or {}), "forbidden": forbidden or []}
        talk = conversation(order, limits, stack, right)
        try:
            results.fences = talk.begin()
            for number, case in enumerate(cases):
                results.outcomes[number] = talk.ask(case)
            talk.finish()
        except Ended as reason:
            results.trouble = str(reason)
            if isinstance(reason, Forged):
                results.outcomes = [None] * len(cases)
        results.seconds = talk.clock.seconds
        talk.close()
        results.printed = talk.printed.decode("utf-8", "replace")
    return results


def order_for(
    name: str,
    source: str,
    limits: Limits,
    packages: tuple[str, ...],
    modules: dict[str, str],
) -> dict[str, Any]:
    """What the process is told to load, and within which limits."""
    jax = any(map(uses_jax, [source, *modules.values()]))
    return {
        "name": name,
        "source": source,
        "modules": modules,
        "references": [],
        "forbidden": [],
        "jax": jax,
        "packages": packages,
        "sites": site_folders(packages),
        "seconds": limits.jax_seconds if jax else limits.seconds,
        "memory": limits.memory,
    }


def conversation(
    order: dict[str, Any], limits: Limits, stack: ExitStack, reference: Reference | None = None
) -> Conversation:
    """Start a process and the conversation with it; both end with the stack."""
    process = stack.enter_context(worker_process([*order["sites"], *site_folders(BINDINGS)]))
    talk = Conversation(process, order, limits, reference)
    stack.callback(talk.close)
    return talk


class References:
    """The right functions that a student's code imports, each in a process of its own, which ends
    with the stack."""

    def __init__(
        self,
        sources: dict[str, str],
        limits: Limits,
        packages: tuple[str, ...],
        stack: ExitStack,
    ):
        self.sources, self.limits, self.packages = sources, limits, packages
        self.stack = stack
        self.talks: dict[str, Conversation] = {}

    def call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Outcome:
        """Call one of them. What goes wrong is an exception in the student's code."""
        if name not in self.sources:
            return Outcome(error="NameError", message=f"there is no right {name} to call")
        try:
            if name not in self.talks:
                self.talks[name] = self._begun(name)
            return self.talks[name].ask(arguments, keywords)
        except Ended as reason:
            return Outcome(error="RuntimeError", message=f"of the right {name}: {reason}")

    def _begun(self, name: str) -> Conversation:
        order = order_for(name, self.sources[name], self.limits, self.packages, {})
        talk = conversation(order, self.limits, self.stack)
        talk.begin()
        return talk
