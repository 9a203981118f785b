"""`zen-transformer compare`: where two checkpoints or implementations first differ."""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zen_transformer.checkpoints.files import read_folder
from zen_transformer.checkpoints.names import modern_names
from zen_transformer.errors import UserError, check_range
from zen_transformer.files import atomic_write, make_folder
from zen_transformer.inference.folders import model_folder
from zen_transformer.inspection.differences import (
    Difference,
    differences,
    first_above,
    possible_causes,
)
from zen_transformer.inspection.traces import TRACERS, Batch, Trace, trace_file
from zen_transformer.report.plots import plot_differences
from zen_transformer.tokenizers.encoding import pad
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

BAR = 24
"""Characters of the longest bar, for a difference as large as the numbers themselves."""


def compare(
    a: Annotated[str, tyro.conf.Positional],
    b: Annotated[str, tyro.conf.Positional],
    text: str = "The quick brown fox jumps over the lazy dog .",
    pair: str | None = None,
    tolerance: float = 1e-5,
    plot: Path | None = None,
    save: Path | None = None,
) -> None:
    """Show, layer by layer, where two checkpoints or implementations first differ.

    Each side is a run's folder or a model's folder in HuggingFace's layout, computed in
    float64 by our own code; `textbook:FOLDER` and `huggingface:FOLDER` are computed by the
    NumPy textbook and by transformers. Or it is an .npz file in which an implementation of
    yours wrote down what it computed: input_ids (and attention_mask, token_type_ids),
    hidden_states.0 (the embeddings), attentions.0, hidden_states.1, … pooler_output, logits.

    For example:

      zen-transformer compare runs/quickstart huggingface:runs/quickstart
      zen-transformer compare runs/quickstart runs/other --text "a warm , funny film ."
      zen-transformer compare runs/quickstart mine.npz --plot differences.png

    Args:
        a: one side, whose tokenizer cuts the text.
        b: the other side.
        text: what both are given; for an .npz file what its input_ids say counts.
        pair: a second text behind it.
        tolerance: what is still taken for rounding, relative to the largest number.
        plot: also draw the differences into this PNG file.
        save: write all that the first side computes to this .npz file.
    """
    check_range("tolerance", tolerance, 0)
    sides = [_Side(a), _Side(b)]
    given = [side.inputs() for side in sides if side.is_file]
    batch = given[0] if given else _batch(sides, text, pair)
    traces = [side.trace(batch) for side in sides]
    if save is not None:
        make_folder(save.parent)
        with atomic_write(save) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **(batch | traces[0]))
        print(f"what {a} computes is in {save}")
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    _show_weights(console, sides)
    found = differences(*traces)
    console.print(_table(found, tolerance))
    _show_first(console, found, tolerance)
    if plot is not None:
        print(f"written to {plot_differences(found, tolerance, plot)}")


class _Side:
    """One of the two."""

    def __init__(self, name: str):
        kind, _, path = name.partition(":")
        if kind not in TRACERS:
            kind, path = "ours", name
        self.is_file = path.endswith(".npz")
        self.path = Path(path) if self.is_file else model_folder(Path(path), "model")
        self._trace = TRACERS[kind]

    def inputs(self) -> Batch:
        """What a file says it was given; no padding and one segment, if it does not say."""
        found = trace_file(self.path)
        if "input_ids" not in found:
            raise UserError(f"{self.path} has no input_ids: write down what was computed on")
        ids = np.atleast_2d(found["input_ids"])
        usual = {"attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {"input_ids": ids} | {
            name: np.atleast_2d(found.get(name, values)) for name, values in usual.items()
        }

    def trace(self, batch: Batch) -> Trace:
        return trace_file(self.path) if self.is_file else self._trace(self.path, batch)


def _batch(sides: list[_Side], text: str, pair: str | None) -> Batch:
    """The text as the first folder's tokenizer cuts it; says where the second's does not."""
    encodings = [WordPieceTokenizer.from_pretrained(s.path).encode(text, pair) for s in sides]
    for place, tokens in enumerate(zip(*(e.tokens for e in encodings), strict=False)):
        if len(set(tokens)) > 1:
            print(f"the tokenizers differ: token {place} is {tokens[0]!r} in one, {tokens[1]!r}")
            break
    return pad(encodings[:1], 0)


def _show_weights(console: Console, sides: list[_Side]) -> None:
    """Which parameters of two folders are not the same."""
    if any(side.is_file for side in sides) or sides[0].path == sides[1].path:
        return
    a, b = (modern_names(read_folder(side.path)[1]) for side in sides)
    common = [name for name in a if name in b and a[name].shape == b[name].shape]
    apart = [
        entry
        for entry in differences({n: a[n] for n in common}, {n: b[n] for n in common})
        if entry.largest > 0
    ]
    console.print(f"weights: {len(common) - len(apart)} tensors are equal, {len(apart)} are not")
    for entry in sorted(apart, key=lambda entry: -entry.relative)[:5]:
        console.print(f"  {entry.relative:8.1e}  {entry.name}")
    if others := sorted((set(a) | set(b)) - set(common)):
        console.print(f"  only on one side, or of another shape there: {', '.join(others[:5])}")


def _table(found: list[Difference], tolerance: float) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("computed")
    for column in ("largest difference", "relative"):
        table.add_column(column, justify="right")
    table.add_column("from 1e-16 to 1")
    for entry in found:
        size = 0.0 if entry.relative == 0 else max(0.0, 16 + np.log10(entry.relative)) / 16
        bar = "▇" * min(BAR, max(1 if entry.relative else 0, round(BAR * size)))
        style = "red" if not entry.relative <= tolerance else "green"
        cells = f"{entry.largest:.1e}", f"{entry.relative:.1e}", bar
        table.add_row(Text(entry.name), *(Text(cell, style) for cell in cells))
    return table


def _show_first(console: Console, found: list[Difference], tolerance: float) -> None:
    first = first_above(found, tolerance)
    if first is None:
        largest = max(entry.relative for entry in found)
        console.print(f"no difference above {tolerance:.0e}: the largest is {largest:.1e}")
        return
    before = found[: found.index(first)]
    agree = f"{before[-1].name} still agrees; " if before else ""
    console.print(
        f"{agree}{first.name} is the first that differs, by {first.relative:.1e} at "
        f"{list(first.at)}. Look at {possible_causes(first.name)}.",
        soft_wrap=True,
    )
