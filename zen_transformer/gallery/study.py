"""A mistake, and the looking at it."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import numpy as np

from zen_transformer.gallery.lab import Lab, Trace, Trained
from zen_transformer.gallery.symptom import Curves, Number
from zen_transformer.gallery.table import Mistake

T = TypeVar("T")
TITLES = {
    "mlm_loss": "masked words: loss in training (nats)",
    "nsp_loss": "next sentence: loss in training (nats)",
    "gradient_norm": "length of the gradient",
}
SMOOTH = 20
"""Steps that a point of a curve is the mean of."""


class Study:
    """A mistake beside the right code, in the lab."""

    def __init__(self, lab: Lab, mistake: Mistake):
        self.lab, self.mistake = lab, mistake

    def both(self, function: Callable[[], T]) -> tuple[T, T]:
        """What a function gives without the mistake and with it."""
        right = function()
        with self.mistake.applied():
            return right, function()

    def train(
        self, dropout: float = 0.0, factor: float = 1.0, microbatches: int = 1
    ) -> tuple[Trained, Trained]:
        """Trained without it and with it, from the same weights on the same batches; only the
        wrong one in several parts."""
        right = self.lab.right(dropout, factor)
        with self.mistake.applied():
            return right, self.lab.train(dropout, factor, microbatches)

    @cached_property
    def trained(self) -> tuple[Trained, Trained]:
        """The same as it is done mostly."""
        return self.train()

    def curves(self, trained: tuple[Trained, Trained], name: str = "mlm_loss") -> Curves:
        """How a loss of both fell."""
        steps = np.arange(1, len(trained[0].rows) + 1)
        sides = [smoothed(one.curve(name)) for one in trained]
        words, plain = name == "mlm_loss", trained[0] is self.lab.right()
        return Curves(
            TITLES[name],
            "step",
            steps[len(steps) - len(sides[0]) :],
            sides,
            level=("unigram distribution", self.lab.unigram_loss) if words else None,
            others=[smoothed(one.curve(name)) for one in self.lab.others if words and plain],
        )

    def ported(self) -> dict[str, Number]:
        """Weights that were trained right, run by both."""
        lab, right, weights = self.lab, self.lab.right(), self.lab.right().parameters
        with self.mistake.applied():
            wrong = lab.measure(weights)
        traces = self.both(lambda: lab.trace(weights))
        label = "weights trained without it: held-out loss (nats)"
        return {
            "ported": Number(label, (right.held_out["mlm_loss"], wrong["mlm_loss"])),
            "parity": Number(
                "weights trained without it: largest relative difference of the hidden states",
                (0.0, max(self.apart(*traces).values())),
                ".1g",
            ),
        }

    def apart(self, right: Trace, wrong: Trace) -> dict[str, float]:
        """How far two traces are apart after each layer, at real tokens, relatively."""
        real = self.lab.held_out[0]["attention_mask"] > 0
        names = [name for name in right if name.startswith("layer ")]
        return {name: apart(right[name][real], wrong[name][real]) for name in names}


def held_out(trained: tuple[Trained, Trained]) -> Number:
    """The loss of both on held-out pairs."""
    label = "masked words, held-out loss (nats), trained with and without it"
    return Number(label, [one.held_out["mlm_loss"] for one in trained])


def apart(right: np.ndarray, wrong: np.ndarray) -> float:
    """The largest difference, relative to the largest number."""
    return float(np.abs(right - wrong).max() / np.abs(right).max())


def smoothed(values: np.ndarray) -> np.ndarray:
    """Means over some steps."""
    window = min(SMOOTH, max(1, len(values) // 5))
    return np.convolve(values, np.ones(window) / window, "valid")
