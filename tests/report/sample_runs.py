"""Folders as runs leave them, with figures that occur only once."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from zen_transformer.report.curves import Curve, LearningCurve, plot_learning_curves, plot_training
from zen_transformer.report.plots import plot_attention, plot_attention_arcs, plot_embeddings

MARKUP = 'a <script>alert("1")</script> & <b>bold</b> film .'
MACHINE = {
    "device": "1 × cpu",
    "cpu_cores": 2,
    "processor": "Example Processor",
    "system": "Linux x86_64",
    "python": "3.11.7",
    "jax": "0.10.2",
}
VARIANTS = {
    "pretrained": "pretrained",
    "random_init": "random weights",
    "bag_of_words": "bag of words",
    "majority": "majority",
}
OPTIMIZER = {"learning_rate": 0.0021, "warmup": 0.1, "max_grad_norm": 1.0}


def config(**changes: Any) -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "preset": "quickstart",
        "corpus": ["sotu:8", "movie-reviews:1"],
        "tokenizer": {"vocab_size": 14096, "lowercase": True, "alphabet_limit": None},
        "seed": 7,
        "model": {
            "vocab_size": 14096,
            "hidden_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 3,
            "max_position_embeddings": 256,
        },
        "pretraining": {
            "steps": 8800,
            "batch_tokens": 2048,
            "lengths": [16, 64],
            "held_out": 0.1,
            "optimizer": OPTIMIZER,
        },
        "data": "rotten-tomatoes",
        "finetuning": {"epochs": 2, "seeds": 3, "optimizer": OPTIMIZER},
    } | changes


def metrics(steps: int = 8800) -> list[dict[str, Any]]:
    """A hundred lines, an evaluation with every tenth."""
    rows = []
    for step in range(88, steps + 1, 88):
        done = step / 8800
        values = {
            "mlm_loss": 3.7 + 4.5 * np.exp(-5 * done),
            "mlm_accuracy": 0.37 * (1 - np.exp(-4 * done)),
            "nsp_loss": 0.70 - 0.12 * done,
            "nsp_accuracy": 0.5 + 0.22 * done,
        }
        row = {"stage": "pretraining", "step": step, "seconds": 0.06 * step, **values}
        row |= {"learning_rate": 0.002 * (1 - done), "tokens_per_second": 31_000 + step % 500}
        if step % 880 == 0:
            row |= {f"held_out_{name}": value + 0.01 for name, value in values.items()}
        rows.append(row)
    return rows


def _over_seeds(*seeds: float) -> dict[str, Any]:
    return {"mean": float(np.mean(seeds)), "std": float(np.std(seeds, ddof=1)), "seeds": seeds}


def curve() -> list[dict[str, Any]]:
    points = []
    for examples, pretrained, random in (
        (100, (0.541, 0.563, 0.552), (0.508, 0.519, 0.522)),
        (300, (0.593, 0.617, 0.601), (0.547, 0.539, 0.558)),
        (1000, (0.652, 0.668, 0.661), (0.604, 0.613, 0.592)),
        (8530, (0.721, 0.714, 0.743), (0.702, 0.711, 0.698)),
    ):
        gains = (a - b for a, b in zip(pretrained, random, strict=True))
        points.append(
            {
                "examples": examples,
                "pretrained": _over_seeds(*pretrained),
                "random_init": _over_seeds(*random),
                "bag_of_words": _over_seeds(*(0.02 + b for b in random)),
                "majority": _over_seeds(0.5, 0.5, 0.5),
                "gain": _over_seeds(*gains),
            }
        )
    return points


def summary() -> dict[str, Any]:
    points = curve()
    return {
        "mlm_accuracy": 0.3714,
        "mlm_loss": 3.612,
        "nsp_accuracy": 0.7063,
        "nsp_loss": 0.5871,
        "by_corpus": {
            "sotu": {
                "mlm_accuracy": 0.3822,
                "mlm_loss": 3.553,
                "nsp_accuracy": 0.7244,
                "nsp_loss": 0.5661,
            },
            "movie-reviews": {
                "mlm_accuracy": 0.3311,
                "mlm_loss": 3.897,
                "nsp_accuracy": 0.5188,
                "nsp_loss": 0.6922,
            },
        },
        "unigram_loss": 6.127,
        "unigram_accuracy": 0.0694,
        "steps": 8800,
        "tokens_per_second": 31_417.3,
        "pretraining_seconds": 528.2,
        "machine": MACHINE,
        "finetune": {name: points[-1][name] for name in points[-1] if name != "examples"},
        "finetune_curve": points,
        "stages": stages(),
        "seconds": sum(stages().values()),
    }


def stages() -> dict[str, float]:
    return {
        "vocabulary": 11.4,
        "tokens": 23.8,
        "pretraining": 528.2,
        "finetuning": 153.7,
        "answers": 5.6,
    }


def answers() -> dict[str, Any]:
    def guesses(*pairs: tuple[str, float]) -> list[dict[str, Any]]:
        return [{"piece": piece, "probability": probability} for piece, probability in pairs]

    return {
        "fill_mask": [
            {
                "text": "this is one of the [MASK] movies i have ever seen .",
                "before": [guesses(("##nder", 0.0031), ("pass", 0.0029), ("tongue", 0.0027))],
                "after": [guesses(("best", 0.4123), ("worst", 0.2217), ("most", 0.0519))],
            },
            {
                "text": f"{MARKUP} the [MASK] and the [MASK] .",
                "before": [guesses(("<i>", 0.0033)), guesses(("x", 0.0026))],
                "after": [guesses(("story", 0.1312)), guesses(("acting", 0.0986))],
            },
        ],
        "classify": [{"text": "dull , far too long .", "label": "negative", "probability": 0.8765}],
        "mistakes": [
            {
                "text": MARKUP,
                "label": "positive",
                "predicted": "negative",
                "probability": 0.9871,
            },
            {
                "text": "rarely has leukemia looked so shimmering and benign .",
                "label": "negative",
                "predicted": "positive",
                "probability": 0.9783,
            },
        ],
        "mistakes_of": 1066,
        "mistakes_in_all": 307,
    }


def write_run(folder: Path, **files: Any) -> Path:
    """A folder with the files that every run has, and those that are named here."""
    folder.mkdir(parents=True)
    contents = {"config": config(), "stages": {}, **files}
    rows = contents.pop("metrics", [])
    for name, content in contents.items():
        text = json.dumps(content, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text, "utf-8")
    if rows:
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "metrics.jsonl").write_text(lines, "utf-8")
    return folder


def write_finished_run(folder: Path, pictures: bool = False, **changes: Any) -> Path:
    """A run with all of its files, `changes` going on top of the summary's figures."""
    write_run(
        folder,
        stages=stages(),
        summary=summary() | changes,
        answers=answers(),
        metrics=metrics(),
    )
    if pictures:
        draw(folder / "plots")
    return folder


def draw(folder: Path) -> None:
    """The pictures of a run, of random arrays."""
    rng = np.random.default_rng(0)
    names = "mlm_loss", "mlm_accuracy", "nsp_loss", "nsp_accuracy"
    curves = [Curve(name, name, {"without looking": 0.5}) for name in names]
    plot_training(metrics(), curves, folder, {0: "16", 4400: "64"})
    labels = LearningCurve(curve(), VARIANTS, "accuracy on the test texts")
    plot_learning_curves([labels], folder / "label_curve.png")
    tokens = "[CLS] the president asked the congress to pass the bill . [SEP]".split()
    weights = rng.dirichlet(np.full(len(tokens), 0.1), (2, 2, len(tokens)))
    plot_attention(weights, tokens, folder / "attention.png")
    plot_attention_arcs(weights[0, 0], tokens, folder / "attention_arcs.png")
    groups = {"film": ["movie", "film", "story", "plot"], "state": ["law", "war", "peace"]}
    vectors = {title: rng.normal(size=(7, 16)) for title in ("before", "after")}
    plot_embeddings(vectors, groups, folder / "embeddings.png")
