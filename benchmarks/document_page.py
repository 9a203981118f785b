"""Write the results of from_the_document.py to docs/from-the-document.md, and draw its plot.

    <!-- table -->     replaced by the table     <!-- end -->

The page is written by hand, except for the text between such marks.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean
from typing import Any

from matplotlib.figure import Figure

from zen_transformer.errors import UserError
from zen_transformer.files import atomic_write, write_text

Results = Mapping[str, Any]
"""The result of `from_the_document.gather`."""

MARK = re.compile(r"(<!-- (\w+) ?(\w*) -->)(.*?)(<!-- end -->)", re.DOTALL)
LABELS = {
    "bert": "BERT",
    "two_maps": "two linear maps, not one",
    "unscaled": "without 1/√d",
    "one_head": "one head, not two",
    "no_residuals": "without residuals",
    "no_layer_norm": "without LayerNorm",
    "no_feed_forward": "without the feed-forward network",
    "max_pooling": "max pooling, not [CLS] and tanh",
    "mean_pooling": "mean pooling, not [CLS] and tanh",
    "no_positions": "without positions",
    "no_segments": "without segments",
    "document": "the document, literally",
}


def per_seed(rows: list[dict[str, Any]], name: str, shown: str) -> str:
    """Format a metric of every seed."""
    return " / ".join(format(row[name], shown) for row in rows)


def table(results: Results) -> str:
    """Format the metrics of every variant and seed as a table."""
    lines = [
        "| | masked words: loss | right | next sentence: right | parameters |",
        "|---|---|---|---|---|",
    ]
    for name, rows in results["variants"].items():
        figures = (
            per_seed(rows, "mlm_loss", ".2f"),
            per_seed(rows, "mlm_accuracy", ".1%"),
            per_seed(rows, "nsp_accuracy", ".1%"),
            f"{rows[0]['parameters']:,}",
        )
        lines.append(f"| {LABELS[name]} | {' | '.join(figures)} |")
    unigram = results["unigram"]
    blind = f"{unigram['mlm_loss']:.2f} | {unigram['mlm_accuracy']:.1%} | 50%"
    lines.append(f"| *without looking at the context* | {blind} | |")
    return "\n".join(lines)


def finetuning(results: Results) -> str:
    """Format the test accuracies of the poolings, from pretrained and from random weights."""
    lines = ["| pooling | from its own pretraining | from random weights |", "|---|---|---|"]
    for name, runs in results["finetuning"].items():
        cells = (
            " / ".join(f"{seed:.3f}" for run in runs for seed in run[start]["seeds"])
            for start in ("pretrained", "random_init")
        )
        lines.append(f"| {LABELS[name]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cost(results: Results, name: str) -> str:
    """Compare the masked words of a variant with BERT's in a phrase, as means over the seeds."""

    def average(variant: str, figure: str) -> float:
        return mean(row[figure] for row in results["variants"][variant])

    loss = average(name, "mlm_loss") - average("bert", "mlm_loss")
    right = f"{average(name, 'mlm_accuracy'):.1%} instead of {average('bert', 'mlm_accuracy'):.1%}"
    return f"{right} of the masked words right (loss {loss:+.2f})"


def filled(page: str, results: Results) -> str:
    """Fill in the results between the marks of the page."""
    kinds: dict[str, Callable[[str], str]] = {
        "table": lambda name: f"\n{table(results)}\n",
        "finetuning": lambda name: f"\n{finetuning(results)}\n",
        "cost": lambda name: cost(results, name),
    }
    return MARK.sub(lambda m: f"{m[1]}{kinds[m[2]](m[3])}{m[5]}", page)


def plot(results: Results, path: Path) -> None:
    """Plot both training losses, as means over the seeds."""
    figure = Figure(figsize=(9.2, 4.2), layout="constrained", dpi=120)
    titles = {"mlm_loss": "masked words: loss (nats)", "nsp_loss": "next sentence: loss (nats)"}
    for axes, (name, title) in zip(figure.subplots(1, 2), titles.items(), strict=True):
        for variant, rows in results["variants"].items():
            curves = zip(*(row["curve"] for row in rows), strict=True)
            points = [(at[0]["step"], mean(row[name] for row in at)) for at in curves]
            axes.plot(*zip(*points, strict=True), label=LABELS[variant], **STYLES[variant])
        axes.set(title=title, xlabel="step")
        axes.spines[["top", "right"]].set_visible(False)
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png")


STYLES: dict[str, dict[str, Any]] = {
    "bert": {"color": "black", "linewidth": 2.2, "zorder": 3},
    "two_maps": {"color": "#0072b2"},
    "unscaled": {"color": "#d55e00"},
    "one_head": {"color": "#009e73"},
    "no_residuals": {"color": "#cc79a7"},
    "no_layer_norm": {"color": "#a6761d"},
    "no_feed_forward": {"color": "#56b4e9"},
    "max_pooling": {"color": "#0072b2", "linestyle": "--"},
    "mean_pooling": {"color": "#d55e00", "linestyle": "--"},
    "no_positions": {"color": "#009e73", "linestyle": "--"},
    "no_segments": {"color": "#cc79a7", "linestyle": "--"},
    "document": {"color": "#d62728", "linewidth": 2.2, "linestyle": "-.", "zorder": 3},
}
"""Colours that the colour-blind can distinguish."""


def write_page(results: Results, docs: Path) -> None:
    """Write the results as JSON, the plot, and the page.

    Raises:
        UserError: there is no page.
    """
    page = docs / "from-the-document.md"
    if not page.is_file():
        raise UserError(f"no page {page}: run this in the repository")
    write_text(docs / "from_the_document.json", json.dumps(results, indent=1) + "\n")
    plot(results, docs / "from_the_document.png")
    write_text(page, filled(page.read_text("utf-8"), results))
