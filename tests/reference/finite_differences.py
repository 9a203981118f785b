"""Gradients by finite differences: (L(θ + h) − L(θ − h)) / 2h."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tiny import flat


def check_gradient(loss: Callable[[], float], parameters: Any, gradient: Any) -> None:
    """Compare one random entry of each array with the finite difference."""
    gradients, rng, step = flat(gradient), np.random.default_rng(1), 1e-5
    assert gradients.keys() == flat(parameters).keys()
    for name, leaf in flat(parameters).items():
        place = tuple(rng.integers(0, leaf.shape))
        kept, values = leaf[place], []
        for shift in (step, -step):
            leaf[place] = kept + shift
            values.append(loss())
        leaf[place] = kept
        numeric = (values[0] - values[1]) / (2 * step)
        assert gradients[name][place] == pytest.approx(numeric, rel=1e-6, abs=1e-9), name
