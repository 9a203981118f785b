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
}
LEAVES = {"kernel": "weight", "scale": "weight", "table": "weight", "bias": "bias"}
PREFIX = "bert."
"""Before every encoder parameter in the file of a model that has a head."""
HEADS = ("cls.", "classifier.", "qa_outputs.", "pooler.", "bert.pooler.")
"""Parts that a file may have and a model may lack."""
DUPLICATES = ("position_ids", "cls.predictions.decoder.weight", "cls.predictions.decoder.bias")
"""Buffers, and tied weights written out a second time."""


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

    The prefix may be there or not, old files call LayerNorm's parameters gamma and beta,
    and heads that nobody asked for are left out.

    Raises:
        UserError: tensors that belong to no known part of a BERT.
    """
    named = {_modern(name): array for name, array in tensors.items()}
    named = {k: v for k, v in named.items() if not k.endswith(DUPLICATES)}
    file_has_prefix = any(name.startswith(PREFIX) for name in named)
    found, used = {}, set()
    for path in wanted:
        name = to_huggingface(path)
        if file_has_prefix and not name.startswith((PREFIX, *HEADS[:3])):
            name = PREFIX + name
        elif not file_has_prefix:
            name = name.removeprefix(PREFIX)
        if name in named:
            found[path] = transposed(path, named[name])
            used.add(name)
    unknown = sorted(name for name in set(named) - used if not name.startswith(HEADS))
    if unknown:
        raise UserError(f"{source}: unknown parameters {', '.join(unknown[:5])} ({len(unknown)})")
    return found


def _modern(name: str) -> str:
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace(
        "LayerNorm.beta", "LayerNorm.bias"
    )
