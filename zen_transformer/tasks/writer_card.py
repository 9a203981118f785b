"""What the card of a model that writes says beside what every card does (export.py)."""

import math
from dataclasses import dataclass
from typing import Any

NAMES = {
    "perplexity": "perplexity of a token",
    "lm_accuracy": "next tokens right",
    "chrf": "chrF",
    "bleu": "BLEU",
    "exact": "exactly right",
    "f1": "character F1",
}
"""The figures of a summary that a card has, and what they are called in it."""
BEATEN = {
    "chrf": ("copied_chrf", "the input copied"),
    "bleu": ("copied_bleu", "the input copied"),
    "exact": ("retrieval_exact", "the answer of the most similar text"),
    "f1": ("retrieval_f1", "the answer of the most similar text"),
}


@dataclass(frozen=True)
class Generator:
    """A kind of model: HuggingFace's names for it, and ours."""

    pipeline: str
    auto_class: str
    command: str
    what: str


WRITERS = {
    "causal-lm": Generator(
        "text-generation",
        "AutoModelForCausalLM",
        "generate",
        "A GPT, which goes on with a text (Radford et al. 2019)",
    ),
    "translation": Generator(
        "translation",
        "AutoModelForSeq2SeqLM",
        "translate",
        "An encoder–decoder, which writes one text of another (Vaswani et al. 2017)",
    ),
    "couplets": Generator(
        "text2text-generation",
        "AutoModelForSeq2SeqLM",
        "translate",
        "An encoder–decoder, which answers one text with another (Vaswani et al. 2017)",
    ),
}
"""By the task."""
PAIRS = {"bible": ("kjv", "web"), "xiehouyu": ("xiehouyu",)}
"""The texts behind built-in pairs."""


def texts_of(config: dict[str, Any]) -> list[str]:
    """What pairs were made of: built-in texts, or a file of somebody's own."""
    return list(PAIRS.get(config["pairs"], (config["pairs"],)))


def figures(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines of the table: what was reached, and what can be had without the model."""
    found = []
    for key, name in NAMES.items():
        if key not in summary:
            continue
        baseline = ""
        if key == "perplexity":
            baseline = f"{math.exp(summary['trigram_loss']):.3f}, triples with Kneser–Ney smoothing"
        elif key in BEATEN:
            other, what = BEATEN[key]
            baseline = f"{summary[other]:.3f}, {what}"
        found.append({"type": key, "name": name, "value": summary[key], "baseline": baseline})
    return found
