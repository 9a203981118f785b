"""Write a page with the largest errors of every piece against PyTorch.

python tests/reference/table.py          writes docs/parity.md (make parity)
"""

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))

from adapters import jax_layers, numpy_textbook  # noqa: E402
from reference.pieces import PIECES, Piece, Sizes, as_tuple, error, leaves_of  # noqa: E402
from reference.test_pieces import leaves_of_like  # noqa: E402

SIZES = (
    Sizes(),
    Sizes(batch=1, length=1, keys=1, heads=3, head_dim=1, intermediate=1, vocab=2),
    Sizes(batch=4, length=16, keys=12, heads=4, head_dim=8, intermediate=64, vocab=50),
)
SEEDS = range(5)
HEAD = """# How well the pieces agree

Every piece is compared with the same function in PyTorch, whose results and gradients in float64
are taken for the truth. An error is the largest difference in a tensor, relative to the largest
number in it (or to 10⁻³, if all are smaller). Shown is the largest of all tensors over {draws}
draws of three shapes each: forward / gradient.

- **JAX** is `layers/` and `models/stack.py` with the gradients of `jax.vjp`; **NumPy** is the
  textbook, `numpy_nn/`, with the gradients derived by hand.
- The last two columns say what float32 costs: ours, and, for comparison, PyTorch's own float32.
- Where a gradient is zero but for rounding (that of the keys' bias, or of queries that see a single
  key), the 10⁻³ makes that rounding look large in float32, in PyTorch as here.
- On a GPU JAX computes float32 matrix products in TF32 unless told otherwise, and errors are then
  near 10⁻³. For a comparison there set `JAX_DEFAULT_MATMUL_PRECISION=highest`.

| piece | JAX, float64 | NumPy, float64 | JAX, float32 | PyTorch, float32 |
|---|---|---|---|---|
"""


def errors(piece: Piece, adapter: Any, dtype: type) -> tuple[float, float]:
    """Return the largest forward and gradient error of an implementation, or of PyTorch if None."""
    forward, backward = [0.0], [0.0]
    for seed in SEEDS:
        for sizes in SIZES:
            arguments = [*piece.draw(seed, sizes).values()]
            results, flow, gradients = piece.expected(arguments)
            if adapter is None:
                actual, _, derived = piece.expected(arguments, dtype)
            else:
                cast = [_cast(value, dtype) for value in arguments]
                actual = as_tuple(adapter.FORWARD[piece.name](*cast))
                derived = as_tuple(adapter.BACKWARD[piece.name](flow.astype(dtype), *cast))
                derived = [gradient for gradient in derived if gradient is not None]
            forward += [error(a, b) for a, b in zip(actual, results, strict=True)]
            for ours, theirs in zip(derived, gradients, strict=True):
                pairs = zip(leaves_of_like(ours, theirs), leaves_of(theirs), strict=True)
                backward += [error(a, b) for a, b in pairs]
    return max(forward), max(backward)


def _cast(value: Any, dtype: type) -> Any:
    if isinstance(value, dict):
        return {name: _cast(branch, dtype) for name, branch in value.items()}
    floating = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(dtype) if floating else value


def main() -> None:
    """Measure all pieces and write the page."""
    columns = (
        (jax_layers, np.float64),
        (numpy_textbook, np.float64),
        (jax_layers, np.float32),
        (None, np.float32),
    )
    rows = []
    for piece in PIECES.values():
        cells = ("{:.0e} / {:.0e}".format(*errors(piece, *column)) for column in columns)
        rows.append(f"| {piece.name.replace('_', ' ')} | {' | '.join(cells)} |")
        print(rows[-1], flush=True)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("jax", "numpy", "torch"))
    foot = (
        f"\nMade by `make parity` with Python {platform.python_version()}, {libraries}, on a CPU.\n"
    )
    text = HEAD.format(draws=len(SEEDS)) + "\n".join(rows) + "\n" + foot
    (ROOT / "docs" / "parity.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
