"""Keeping freed memory in the process.

On a CPU a training step allocates hundreds of megabytes for intermediate results and frees them.
glibc returns such blocks to the system, which hands them out anew page by page, each filled with
zeros: a fifth of the step's time for a model of 4 layers, 256 wide.
"""

import ctypes

# malloc.h
M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8


def keep_freed_memory() -> bool:
    """Make glibc keep freed memory until the process ends, in one arena that is never trimmed. Call
    it before the first thread starts.

    Returns:
        Whether that was possible; False where the C library is not glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = {M_ARENA_MAX: 1, M_MMAP_MAX: 0, M_TRIM_THRESHOLD: -1}
    return all(mallopt(name, value) == 1 for name, value in settings.items())
