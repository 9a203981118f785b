"""The command line, one file a command. What a command does can also be called from Python."""

import os

# NumPy's own matrix products are small here: several threads would only wait for each other, and
# for JAX's. It reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
