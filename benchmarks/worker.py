"""One side of a comparison in a separate process: `python -m benchmarks.worker SIDE WORK`.

WORK is the fields of `Work` as JSON. SIDE is ours, huggingface, compiled (HuggingFace with
`torch.compile`) or as-installed (HuggingFace with the default allocator). Every line of standard
input is the number of times to do the work. The seconds and real tokens of each time are printed as
JSON, with the peak memory of the process so far.
"""

import json
import resource
import sys
import time
from importlib import import_module

from benchmarks.work import Work
from zen_transformer.training.allocator import keep_freed_memory


def main() -> None:
    """Do the work as often as each line of standard input says."""
    side, fields = sys.argv[1:]
    if side != "as-installed":
        keep_freed_memory()
    work = Work(**json.loads(fields))
    if side == "ours":
        once = import_module("benchmarks.ours").runner(work)
    else:
        once = import_module("benchmarks.huggingface").runner(work, side == "compiled")
    for line in sys.stdin:
        timings = []
        for _ in range(int(line)):
            start = time.perf_counter()
            tokens = once()
            timings.append((time.perf_counter() - start, tokens))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"timings": timings, "peak_bytes": peak}), flush=True)


if __name__ == "__main__":
    main()
