"""Freed memory stays with the process.

On a CPU a training step takes hundreds of megabytes for what it computes on its way, and frees
them. glibc gives such pieces back to the system, which hands them out anew page by page, each
filled with zeros: at 4 layers, 256 wide, a fifth of the step's time.
"""

import ctypes

# malloc.h
M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8


def keep_freed_memory() -> bool:
    """Have glibc keep what is freed, until the process ends: one arena, grown and never trimmed.
    To be called before the first thread starts. Elsewhere than on glibc nothing is changed; says
    whether something was."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = {M_ARENA_MAX: 1, M_MMAP_MAX: 0, M_TRIM_THRESHOLD: -1}
    return all(mallopt(name, value) == 1 for name, value in settings.items())
