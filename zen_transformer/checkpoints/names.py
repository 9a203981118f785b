"""Translation between the parameters here and the tensors of HuggingFace's files, by the tables of
layouts.py."""

import re
from pathlib import Path

import numpy as np

from zen_transformer.checkpoints.layouts import BERT, LEAVES, Layout
from zen_transformer.errors import UserError

Tensors = dict[str, np.ndarray]


def to_huggingface(path: str, layout: Layout = BERT) -> str:
    """Return HuggingFace's name of the parameter at a dotted path. Maps that the file has fused are
    named separately."""
    if path in layout.same:
        return path
    prefix = layout.prefix if path.startswith(layout.prefix) else ""
    module, _, leaf = path.removeprefix(prefix).rpartition(".")
    for ours, theirs in layout.modules.items():
        if match := re.fullmatch(ours, module):
            return f"{prefix}{match.expand(theirs)}.{LEAVES[leaf]}"
    raise KeyError(path)


def transposed(path: str, array: np.ndarray, layout: Layout = BERT) -> np.ndarray:
    """Transpose kernels if the layout stores them transposed; the function is its own inverse."""
    return array.T if layout.kernels_transposed and path.endswith(".kernel") else array


def file_tensors(parameters: Tensors, layout: Layout) -> Tensors:
    """Convert parameters, by dotted path, to the tensors of HuggingFace's file."""
    tensors = {
        to_huggingface(path, layout): transposed(path, array, layout)
        for path, array in parameters.items()
    }
    for name, array in tensors.items():
        if rows := _leading_rows(name, layout):
            tensors[name] = np.pad(array, ((rows, 0), (0, 0)))
    for whole, parts in layout.fused.items():
        for name in [name for name in tensors if f".{parts[0]}." in name]:
            names = [name.replace(parts[0], part) for part in parts]
            arrays = [tensors.pop(part) for part in names]
            tensors[name.replace(parts[0], whole)] = np.concatenate(arrays, axis=-1)
    return tensors


def from_huggingface(
    tensors: Tensors, paths: set[str], source: Path, layout: Layout = BERT
) -> Tensors:
    """Convert the tensors of a HuggingFace file to parameters.

    The prefix may be present or not, old files call LayerNorm's parameters gamma and beta, and tied
    weights may be stored once or several times.

    Args:
        tensors: by HuggingFace's names.
        paths: dotted paths of the parameters of the model; those that the file lacks are missing
            in the result.
        source: the folder, for error messages.
        layout: of the family.

    Raises:
        UserError: unknown tensors, or tied weights that differ.
    """
    named = {_modern(name): array for name, array in tensors.items()}
    named = {name: array for name, array in named.items() if not name.endswith(layout.buffers)}
    named = _split_fused(_without_zeros(named, paths, layout, source), layout)
    prefix = layout.prefix
    has_prefix = any(name.startswith(prefix) for name in named)
    copies: dict[str, list[str]] = {}
    for name in named:
        if original := layout.copies.get(name.removeprefix(prefix)):
            copies.setdefault(original, []).append(name)
    parameters, used = {}, {name for names in copies.values() for name in names}
    for path in paths:
        name = to_huggingface(path, layout)
        if has_prefix and not name.startswith((prefix, *layout.outside)):
            name = prefix + name
        elif not has_prefix:
            name = name.removeprefix(prefix)
        tied = copies.get(name.removeprefix(prefix), [])
        if original := next((one for one in (name, *tied) if one in named), None):
            parameters[path] = transposed(path, named[original], layout)
            used.add(original)
        if layout.tied in paths and name in named:
            _check_tied(name, tied, named, source)
    unknown = sorted(name for name in set(named) - used if not name.startswith(layout.spare))
    if unknown:
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        raise UserError(
            f"{source}: unknown parameters {', '.join(unknown[:20])}{more}; they are no part of "
            f"the {layout.family} that config.json describes: do the two files belong together?"
        )
    return parameters


def _without_zeros(named: Tensors, paths: set[str], layout: Layout, source: Path) -> Tensors:
    """Leave out the tensors that the model lacks and that must be 0, after checking that they
    are."""
    surplus = {name for name in layout.zeros if name not in paths}
    for name in surplus & named.keys():
        if np.any(named[name]):
            raise UserError(f"{source}: {name} is not 0: there is no such parameter here")
    return {name: array for name, array in named.items() if name not in surplus}


def _check_tied(name: str, copies: list[str], named: Tensors, source: Path) -> None:
    """Check that all copies of a tied weight are equal."""
    for copy in copies:
        if not np.array_equal(named[name], named[copy]):
            raise UserError(
                f"{source}: {copy} is not {name}: only the head that shares the table of the "
                "embeddings is implemented"
            )


def _split_fused(tensors: Tensors, layout: Layout) -> Tensors:
    """Split fused maps into their parts, and remove the leading rows of tables."""
    split = dict(tensors)
    for whole, parts in layout.fused.items():
        for name in [name for name in tensors if f".{whole}." in name]:
            arrays = np.split(split.pop(name), len(parts), axis=-1)
            names = (name.replace(whole, part) for part in parts)
            split |= dict(zip(names, arrays, strict=True))
    for name, array in split.items():
        if rows := _leading_rows(name, layout):
            split[name] = array[rows:]
    return split


def _leading_rows(name: str, layout: Layout) -> int:
    return next((n for suffix, n in layout.leading_rows.items() if name.endswith(suffix)), 0)


def _modern(name: str) -> str:
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace(
        "LayerNorm.beta", "LayerNorm.bias"
    )


def modern_names(tensors: Tensors, layout: Layout = BERT) -> Tensors:
    """Rename the tensors of a file: LayerNorm's weight and bias, and no prefix."""
    return {_modern(name).removeprefix(layout.prefix): array for name, array in tensors.items()}
