"""One side of a comparison, in a process of its own: `python -m benchmarks.worker SIDE WORK`.

WORK is the fields of `Work` as JSON. SIDE is ours, huggingface, compiled (HuggingFace with
`torch.compile`) or as-installed (HuggingFace with the allocator as it comes). Every line of
standard input is a number: the work is done so often, and the seconds and real tokens of each time
are printed as JSON, with the memory that the process has taken so far.
"""

import json
import resource
import sys
import time
from importlib import import_module

from benchmarks.work import Work
from zen_transformer.training.allocator import keep_freed_memory


def main() -> None:
    """Do as one is told, line by line."""
    side, fields = sys.argv[1:]
    if side != "as-installed":
        keep_freed_memory()
    work = Work(**json.loads(fields))
    if side == "ours":
        once = import_module("benchmarks.ours").runner(work)
    else:
        once = import_module("benchmarks.huggingface").runner(work, side == "compiled")
    for line in sys.stdin:
        found = []
        for _ in range(int(line)):
            start = time.perf_counter()
            tokens = once()
            found.append((time.perf_counter() - start, tokens))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"found": found, "peak_bytes": peak}), flush=True)


if __name__ == "__main__":
    main()
