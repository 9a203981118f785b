"""One table: what a parameter is called here and in HuggingFace's files.

A module's path is translated piece by piece, the parameter's own name by the last table.
Kernels are [in, out] here and [out, in] there.
"""

import re
from pathlib import Path

import numpy as np

from zen_transformer.errors import UserError

MODULES = {
    r"embeddings\.token": "embeddings.word_embeddings",
    r"embeddings\.position": "embeddings.position_embeddings",
    r"embeddings\.segment": "embeddings.token_type_embeddings",
    r"embeddings\.norm": "embeddings.LayerNorm",
    r"encoder\.layers\.(\d+)\.attention\.(query|key|value)": r"encoder.layer.\1.attention.self.\2",
    r"encoder\.layers\.(\d+)\.attention\.output": r"encoder.layer.\1.attention.output.dense",
    r"encoder\.layers\.(\d+)\.attention_norm": r"encoder.layer.\1.attention.output.LayerNorm",
    r"encoder\.layers\.(\d+)\.feed_forward\.input": r"encoder.layer.\1.intermediate.dense",
    r"encoder\.layers\.(\d+)\.feed_forward\.output": r"encoder.layer.\1.output.dense",
    r"encoder\.layers\.(\d+)\.feed_forward_norm": r"encoder.layer.\1.output.LayerNorm",
    r"pooler\.dense": "pooler.dense",
    r"masked_lm_head\.dense": "cls.predictions.transform.dense",
    r"masked_lm_head\.norm": "cls.predictions.transform.LayerNorm",
    r"masked_lm_head": "cls.predictions",
    r"next_sentence_head": "cls.seq_relationship",
    r"classifier": "classifier",
    r"qa_outputs": "qa_outputs",
}
LEAVES = {"kernel": "weight", "scale": "weight", "table": "weight", "bias": "bias"}
PREFIX = "bert."
"""Before every encoder parameter in the file of a model that has a head."""
HEADS = ("cls.", "classifier.", "qa_outputs.", "pooler.", "bert.pooler.")
"""Parts that a file may have and a model may lack."""
BUFFERS = ("position_ids",)
"""Numbers in old files that are no parameters."""
COPIES = {
    "embeddings.word_embeddings.weight": "cls.predictions.decoder.weight",
    "cls.predictions.bias": "cls.predictions.decoder.bias",
}
"""Tied weights: a file may have them under either name, or under both."""


def to_huggingface(path: str) -> str:
    """HuggingFace's name of the parameter at a dotted path here."""
    prefix = PREFIX if path.startswith(PREFIX) else ""
    module, _, leaf = path.removeprefix(PREFIX).rpartition(".")
    for ours, theirs in MODULES.items():
        if match := re.fullmatch(ours, module):
            return f"{prefix}{match.expand(theirs)}.{LEAVES[leaf]}"
    raise KeyError(path)


def transposed(path: str, array: np.ndarray) -> np.ndarray:
    """The array as the other side stores it; its own inverse."""
    return array.T if path.endswith(".kernel") else array


def from_huggingface(
    tensors: dict[str, np.ndarray], wanted: set[str], source: Path
) -> dict[str, np.ndarray]:
    """The wanted parameters, by our paths, out of a file's tensors.

    The prefix may be there or not, old files call LayerNorm's parameters gamma and beta, tied
    weights may be there once or twice, and heads that nobody asked for are left out.

    Raises:
        UserError: tensors that belong to no known part of a BERT, or tied weights that differ.
    """
    named = {_modern(name): array for name, array in tensors.items()}
    named = {name: array for name, array in named.items() if not name.endswith(BUFFERS)}
    copies = {name: named.pop(name) for name in COPIES.values() if name in named}
    file_has_prefix = any(name.startswith(PREFIX) for name in named)
    found, used = {}, set()
    for path in wanted:
        name = to_huggingface(path)
        copy = copies.get(COPIES.get(name.removeprefix(PREFIX), ""))
        if file_has_prefix and not name.startswith((PREFIX, *HEADS[:3])):
            name = PREFIX + name
        elif not file_has_prefix:
            name = name.removeprefix(PREFIX)
        if name in named:
            found[path] = transposed(path, named[name])
            used.add(name)
        elif copy is not None:
            found[path] = copy
        if name in named and copy is not None and "masked_lm_head.bias" in wanted:
            _check_tied(name, named[name], copy, source)
    unknown = sorted(name for name in set(named) - used if not name.startswith(HEADS))
    if unknown:
        more = f" and {len(unknown) - 20} more" if len(unknown) > 20 else ""
        raise UserError(
            f"{source}: unknown parameters {', '.join(unknown[:20])}{more}; they are no part of "
            "the BERT that config.json describes: do the two files belong together?"
        )
    return found


def _check_tied(name: str, array: np.ndarray, copy: np.ndarray, source: Path) -> None:
    if not np.array_equal(array, copy):
        raise UserError(
            f"{source}: {COPIES[name.removeprefix(PREFIX)]} is not {name}: only the masked-word "
            "head that shares the table of the embeddings is implemented"
        )


def _modern(name: str) -> str:
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace(
        "LayerNorm.beta", "LayerNorm.bias"
    )


def modern_names(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A file's tensors under the names that every file could have: today's, without prefix."""
    return {_modern(name).removeprefix(PREFIX): array for name, array in tensors.items()}
