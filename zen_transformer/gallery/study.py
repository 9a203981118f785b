"""Compares the right code with a mistake."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import numpy as np

from zen_transformer.gallery.lab import Lab, Trace, TrainedModel
from zen_transformer.gallery.symptom import Curves, Measurement
from zen_transformer.gallery.table import Mistake

T = TypeVar("T")
TITLES = {
    "mlm_loss": "masked words: loss in training (nats)",
    "nsp_loss": "next sentence: loss in training (nats)",
    "gradient_norm": "length of the gradient",
}
SMOOTH = 20
"""Number of steps that a point of a curve averages over."""


class Study:
    """A mistake and the right code, compared in the lab."""

    def __init__(self, lab: Lab, mistake: Mistake):
        self.lab, self.mistake = lab, mistake

    def both(self, function: Callable[[], T]) -> tuple[T, T]:
        """Call a function without the mistake and with it."""
        right = function()
        with self.mistake.applied():
            return right, function()

    def train(
        self, dropout: float = 0.0, factor: float = 1.0, microbatches: int = 1
    ) -> tuple[TrainedModel, TrainedModel]:
        """Train without the mistake and with it, from the same weights on the same batches.

        `microbatches` holds for the training with the mistake only.
        """
        right = self.lab.right(dropout, factor)
        with self.mistake.applied():
            return right, self.lab.train(dropout, factor, microbatches)

    @cached_property
    def trained(self) -> tuple[TrainedModel, TrainedModel]:
        """The usual trainings without the mistake and with it."""
        return self.train()

    def curves(self, trained: tuple[TrainedModel, TrainedModel], name: str = "mlm_loss") -> Curves:
        """The curves of a loss in both trainings."""
        steps = np.arange(1, len(trained[0].rows) + 1)
        sides = [smoothed(run.curve(name)) for run in trained]
        of_words, usual = name == "mlm_loss", trained[0] is self.lab.right()
        return Curves(
            TITLES[name],
            "step",
            steps[len(steps) - len(sides[0]) :],
            sides,
            level=("unigram distribution", self.lab.unigram_loss) if of_words else None,
            other_seeds=[
                smoothed(run.curve(name)) for run in self.lab.other_seeds if of_words and usual
            ],
        )

    def ported_weights(self) -> dict[str, Measurement]:
        """Run weights that were trained right in the right code and in the wrong one."""
        lab, right, weights = self.lab, self.lab.right(), self.lab.right().parameters
        with self.mistake.applied():
            wrong = lab.measure(weights)
        traces = self.both(lambda: lab.trace(weights))
        label = "weights trained without it: held-out loss (nats)"
        return {
            "ported": Measurement(label, (right.held_out["mlm_loss"], wrong["mlm_loss"])),
            "parity": Measurement(
                "weights trained without it: largest relative difference of the hidden states",
                (0.0, max(self.layer_differences(*traces).values())),
                ".1g",
            ),
        }

    def layer_differences(self, right: Trace, wrong: Trace) -> dict[str, float]:
        """The relative difference of two traces after each layer, at real tokens."""
        real = self.lab.held_out[0]["attention_mask"] > 0
        names = [name for name in right if name.startswith("layer ")]
        return {name: relative_difference(right[name][real], wrong[name][real]) for name in names}


def held_out_loss(trained: tuple[TrainedModel, TrainedModel]) -> Measurement:
    """The loss of both trainings on held-out pairs."""
    label = "masked words, held-out loss (nats), trained with and without it"
    return Measurement(label, [run.held_out["mlm_loss"] for run in trained])


def relative_difference(right: np.ndarray, wrong: np.ndarray) -> float:
    """The largest difference, relative to the largest number of the right code."""
    return float(np.abs(right - wrong).max() / np.abs(right).max())


def smoothed(values: np.ndarray) -> np.ndarray:
    """Average values over neighbouring steps."""
    window = min(SMOOTH, max(1, len(values) // 5))
    return np.convolve(values, np.ones(window) / window, "valid")
