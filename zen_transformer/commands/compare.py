"""`zen-transformer compare`: where two checkpoints or implementations first differ."""

from pathlib import Path
from typing import Annotated

import numpy as np
from rich.table import Table
from rich.text import Text
from tyro.conf import Positional, arg

from zen_transformer.checkpoints.files import CONFIG, read_folder
from zen_transformer.checkpoints.names import modern_names
from zen_transformer.commands.console import VisibleConsole
from zen_transformer.commands.standard_input import given_text
from zen_transformer.errors import UserError, check_range
from zen_transformer.files import atomic_write, make_folder, read_json
from zen_transformer.inference.folders import check_kind, model_folder
from zen_transformer.inspection.differences import (
    Difference,
    differences,
    first_above,
    possible_causes,
)
from zen_transformer.inspection.traces import TRACERS, Batch, Trace, trace_file
from zen_transformer.printing import print
from zen_transformer.report.plots import plot_differences
from zen_transformer.tokenizers.encoding import pad
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

BAR = 24
"""Characters of the bar for a difference as large as the numbers themselves."""


def compare(
    a: Annotated[str, Positional, arg(metavar="A")],
    b: Annotated[str, Positional, arg(metavar="B")],
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
        a: the first side, whose tokenizer is used.
        b: the second side.
        text: the input of both sides, - for standard input; an .npz file brings its own input_ids.
        pair: a second text after the first.
        tolerance: largest relative difference that counts as rounding.
        plot: PNG file to draw the differences into.
        save: .npz file for all that the first side computes.
    """
    check_range("tolerance", tolerance, 0)
    sides = [_Side(a), _Side(b)]
    stored = [side.inputs() for side in sides if side.is_file]
    batch = stored[0] if stored else _batch(sides, given_text(text), pair)
    traces = [side.trace(batch) for side in sides]
    if save is not None:
        make_folder(save.parent)
        with atomic_write(save) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **(batch | traces[0]))
        print(f"what {a} computes is in {save}")
    console = VisibleConsole(120)
    _show_weights(console, sides)
    by_array = differences(*traces)
    console.print_table(_table(by_array, tolerance))
    _show_first(console, by_array, tolerance)
    if plot is not None:
        print(f"written to {plot_differences(by_array, tolerance, plot)}")


class _Side:
    """A side of the comparison: a model's folder with an implementation, or an .npz file."""

    def __init__(self, name: str):
        kind, _, path = name.partition(":")
        if kind not in TRACERS:
            kind, path = "ours", name
        self.is_file = path.endswith(".npz")
        self.path = Path(path) if self.is_file else model_folder(Path(path), "model")
        if not self.is_file:
            check_kind(self.path, ("bert",))
        self._trace = TRACERS[kind]

    def inputs(self) -> Batch:
        """Read the inputs of an .npz file: no padding and one segment, unless it says otherwise."""
        arrays = trace_file(self.path)
        if "input_ids" not in arrays:
            raise UserError(f"{self.path} has no input_ids: write down what was computed on")
        ids = np.atleast_2d(arrays["input_ids"])
        defaults = {"attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {"input_ids": ids} | {
            name: np.atleast_2d(arrays.get(name, values)) for name, values in defaults.items()
        }

    def trace(self, batch: Batch) -> Trace:
        return trace_file(self.path) if self.is_file else self._trace(self.path, batch)


def _batch(sides: list[_Side], text: str, pair: str | None) -> Batch:
    """Tokenize the text with the first folder's tokenizer, and say where the second's differs."""
    encodings = [WordPieceTokenizer.from_pretrained(s.path).encode(text, pair) for s in sides]
    for side in sides:
        _check_length(side.path, len(encodings[0].ids))
    for place, tokens in enumerate(zip(*(e.tokens for e in encodings), strict=False)):
        if len(set(tokens)) > 1:
            print(f"the tokenizers differ: token {place} is {tokens[0]!r} in one, {tokens[1]!r}")
            break
    return pad(encodings[:1], 0)


def _check_length(folder: Path, tokens: int) -> None:
    """Raise a `UserError` if a text is too long for a model."""
    positions = read_json(folder / CONFIG).get("max_position_embeddings", tokens)
    if isinstance(positions, int) and tokens > positions:
        raise UserError(
            f"the text has {tokens} tokens, {folder} has {positions} positions: give a shorter one "
            "with --text"
        )


def _show_weights(console: VisibleConsole, sides: list[_Side]) -> None:
    """Print which parameters of two folders are not the same."""
    if any(side.is_file for side in sides) or sides[0].path == sides[1].path:
        return
    a, b = (modern_names(read_folder(side.path)[1]) for side in sides)
    common = [name for name in a if name in b and a[name].shape == b[name].shape]
    unequal = [
        entry
        for entry in differences({n: a[n] for n in common}, {n: b[n] for n in common})
        if entry.largest > 0
    ]
    console.print(
        f"weights: {len(common) - len(unequal)} tensors are equal, {len(unequal)} are not"
    )
    for entry in sorted(unequal, key=lambda entry: -entry.relative)[:5]:
        console.print(f"  {entry.relative:8.1e}  {entry.name}")
    if others := sorted((set(a) | set(b)) - set(common)):
        console.print(f"  only on one side, or of another shape there: {', '.join(others[:5])}")


def _table(by_array: list[Difference], tolerance: float) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("computed")
    for column in ("largest difference", "relative"):
        table.add_column(column, justify="right")
    table.add_column("from 1e-16 to 1")
    for entry in by_array:
        size = 0.0 if entry.relative == 0 else max(0.0, 16 + np.log10(entry.relative)) / 16
        bar = "▇" * min(BAR, max(1 if entry.relative else 0, round(BAR * size)))
        style = "red" if not entry.relative <= tolerance else "green"
        cells = f"{entry.largest:.1e}", f"{entry.relative:.1e}", bar
        table.add_row(Text(entry.name), *(Text(cell, style) for cell in cells))
    return table


def _show_first(console: VisibleConsole, by_array: list[Difference], tolerance: float) -> None:
    """Print the first array that differs, and where to look."""
    first = first_above(by_array, tolerance)
    if first is None:
        largest = max(entry.relative for entry in by_array)
        console.print(f"no difference above {tolerance:.0e}: the largest is {largest:.1e}")
        return
    before = by_array[: by_array.index(first)]
    agree = f"{before[-1].name} still agrees; " if before else ""
    console.print(
        f"{agree}{first.name} is the first that differs, by {first.relative:.1e} at "
        f"{list(first.at)}. Look at {possible_causes(first.name)}.",
        soft_wrap=True,
    )
