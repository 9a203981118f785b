"""PyTorch's results for every piece in a small file, for machines without PyTorch.

python tests/reference/stored.py          rewrites pieces.npz
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FILE = Path(__file__).with_name("pieces.npz")
if __name__ == "__main__":
    sys.path.insert(0, str(FILE.parents[1]))

from reference.pieces import PIECES, Piece, Sizes, Tree  # noqa: E402

SIZES = (
    Sizes(),
    Sizes(batch=1, length=1, keys=1, heads=3, head_dim=1, intermediate=1, vocab=2),
    Sizes(batch=3, length=5, keys=2, heads=1, head_dim=4, intermediate=7, vocab=4),
)


class Case(NamedTuple):
    """A piece with its arguments, and PyTorch's results and gradients."""

    piece: Piece
    number: int
    arguments: list[Any]
    results: list[np.ndarray]
    flow: np.ndarray
    gradients: list[Tree]


def from_torch() -> Iterator[Case]:
    """Compute all cases."""
    for piece in PIECES.values():
        for number, sizes in enumerate(SIZES):
            arguments = [*piece.draw(number, sizes).values()]
            results, flow, gradients = piece.expected(arguments)
            yield Case(piece, number, arguments, list(results), flow, gradients)


def from_file() -> Iterator[Case]:
    """Read all cases. The numbers are those of the file; only their nesting is drawn again."""
    with np.load(FILE) as file:
        stored = dict(file)
    for piece in PIECES.values():
        for number, sizes in enumerate(SIZES):
            arguments = [*piece.draw(number, sizes).values()]
            name = f"{piece.name}/{number}"
            count = sum(key.startswith(f"{name}/result/") for key in stored)
            wrt = piece.differentiable(arguments)
            yield Case(
                piece,
                number,
                [_filled(stored, f"{name}/argument/{i}", x) for i, x in enumerate(arguments)],
                [stored[f"{name}/result/{i}"] for i in range(count)],
                stored[f"{name}/flow"],
                [_filled(stored, f"{name}/gradient/{i}", arguments[i]) for i in wrt],
            )


def arrays(cases: Iterator[Case]) -> dict[str, np.ndarray]:
    """Return the arrays of the file by name."""
    arrays: dict[str, np.ndarray] = {}
    for case in cases:
        name = f"{case.piece.name}/{case.number}"
        arrays[f"{name}/flow"] = case.flow
        wrt = case.piece.differentiable(case.arguments)
        for kind, values in (
            ("argument", enumerate(case.arguments)),
            ("result", enumerate(case.results)),
            ("gradient", zip(wrt, case.gradients, strict=True)),
        ):
            for place, value in values:
                arrays |= _flat(f"{name}/{kind}/{place}", value)
    return arrays


def _flat(name: str, tree: Tree) -> dict[str, np.ndarray]:
    if not isinstance(tree, dict):
        return {name: np.asarray(tree)}
    return {k: a for key, branch in tree.items() for k, a in _flat(f"{name}/{key}", branch).items()}


def _filled(stored: dict[str, np.ndarray], name: str, like: Tree) -> Tree:
    """Return the stored arrays nested like `like`, with scalars in place of its scalars."""
    if isinstance(like, dict):
        return {key: _filled(stored, f"{name}/{key}", branch) for key, branch in like.items()}
    return stored[name] if isinstance(like, np.ndarray) else stored[name].item()


if __name__ == "__main__":
    np.savez_compressed(FILE, allow_pickle=False, **arrays(from_torch()))
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")
