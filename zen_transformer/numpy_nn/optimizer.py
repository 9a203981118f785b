"""AdamW with warmup, decay and clipping.  Loshchilov & Hutter 2019; Devlin et al. 2019, A.2.

    g ← g · min(1, c / ‖g‖)                                  ‖g‖ over all parameters together
    m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
    θ ← θ − η_t (m̂ / (√v̂ + ε) + λ θ)                         m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)

Why m̂ and v̂: m and v start at 0, so after t steps with a constant gradient g, m is only
(1 − β₁ᵗ) g and v only (1 − β₂ᵗ) g². Without the correction the first steps would be wrong by a
factor of (1 − β₁)/√(1 − β₂), about three times too long with the usual β₁ and β₂.

Why λ θ is added after the division ("decoupled" weight decay): added to g, the decay would be
divided by √v̂ as well, and parameters with large gradients would decay less.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from zen_transformer.errors import check_range
from zen_transformer.numpy_nn.linear import Weights


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """The hyperparameters of the optimizer and of its learning rate, here and in `training/`."""

    name: Literal["adamw", "muon"] = "adamw"
    """adamw, or muon: Muon for the matrices of the blocks, AdamW for all other parameters."""
    learning_rate: float = 1e-3
    """Peak of the learning rate η."""
    warmup: float = 0.1
    """Share of the steps in which the learning rate rises."""
    decay: float = 1.0
    """Share of the steps, at the end, in which it falls to 0; between the two it stays at its peak.
    At most what the warmup leaves."""
    weight_decay: float = 0.01
    """Weight decay λ of matrices; biases and LayerNorm have none."""
    beta1: float = 0.9
    """Decay rate β₁ of the average of gradients."""
    beta2: float = 0.999
    """Decay rate β₂ of the average of squared gradients."""
    epsilon: float = 1e-8
    """ε, added to the root of the average of squared gradients."""
    max_grad_norm: float = 1.0
    """Maximum norm c of the gradient; a longer one is scaled down to it."""
    muon_learning_rate: float | None = None
    """Peak of the learning rate of Muon's matrices; learning_rate, if not given."""
    momentum: float = 0.95
    """Decay rate μ of Muon's average of gradients."""

    def __post_init__(self):
        check_range("learning_rate", self.learning_rate, 0)
        check_range("warmup", self.warmup, 0, 1)
        check_range("decay", self.decay, 0, 1)
        check_range("momentum", self.momentum, 0, 0.9999)
        if self.muon_learning_rate is not None:
            check_range("muon_learning_rate", self.muon_learning_rate, 0)
        check_range("weight_decay", self.weight_decay, 0)
        check_range("max_grad_norm", self.max_grad_norm, 0)


class Moments(NamedTuple):
    """m and v, nested and shaped as the parameters."""

    mean: Weights
    square: Weights


def tree_map(function: Callable[..., Any], *trees: Any) -> Any:
    """Apply a function to corresponding leaves of nested dicts with the same keys."""
    first = trees[0]
    if not isinstance(first, dict):
        return function(*trees)
    return {name: tree_map(function, *(tree[name] for tree in trees)) for name in first}


def leaves(tree: Any) -> list[np.ndarray]:
    """List the arrays of a nested dict."""
    if not isinstance(tree, dict):
        return [tree]
    return [leaf for branch in tree.values() for leaf in leaves(branch)]


def global_norm(gradient: Weights) -> float:
    """‖g‖ = √(Σ of the squares of all entries of all arrays)."""
    return float(np.sqrt(sum(np.sum(leaf**2) for leaf in leaves(gradient))))


def clip_by_global_norm(gradient: Weights, max_norm: float) -> Weights:
    """g · min(1, c/‖g‖), where `max_norm` is c: a gradient that is too long keeps its direction."""
    norm = global_norm(gradient)
    if norm <= max_norm:
        return gradient
    return tree_map(lambda g: g * (max_norm / norm), gradient)


def learning_rate(step: int, steps: int, config: OptimizerConfig) -> float:
    """η of a step, numbered from 0: rises linearly during the warmup, stays, and falls linearly
    to 0."""
    warmup = round(config.warmup * steps)
    decay = min(round(config.decay * steps), steps - warmup)
    if step < warmup:
        return config.learning_rate * step / warmup
    fallen = max(0, step - (steps - decay)) / max(1, decay)
    return config.learning_rate * (1.0 - min(1.0, fallen))


def init_moments(parameters: Weights) -> Moments:
    """m = v = 0."""
    return Moments(tree_map(np.zeros_like, parameters), tree_map(np.zeros_like, parameters))


def decays(parameters: Weights) -> Weights:
    """Return True for kernels and embedding tables, False for biases and LayerNorm's parameters."""
    return {
        name: decays(branch) if isinstance(branch, dict) else name in ("kernel", "table")
        for name, branch in parameters.items()
    }


def adamw(
    parameters: Weights,
    gradient: Weights,
    moments: Moments,
    step: int,
    steps: int,
    config: OptimizerConfig,
) -> tuple[Weights, Moments]:
    """Clip the gradient, update the moments and take one step.

    Args:
        parameters, gradient: nested dicts with the same keys.
        moments: m and v before the step; `init_moments` for the first one.
        step: number of this step, from 0, so t = step + 1.
        steps: number of steps of the whole training, for the learning rate.
        config: the hyperparameters.

    Returns:
        The parameters and the moments after the step.
    """
    gradient = clip_by_global_norm(gradient, config.max_grad_norm)
    beta1, beta2, t = config.beta1, config.beta2, step + 1
    rate = learning_rate(step, steps, config)
    mean = tree_map(lambda m, g: beta1 * m + (1.0 - beta1) * g, moments.mean, gradient)
    square = tree_map(lambda v, g: beta2 * v + (1.0 - beta2) * g**2, moments.square, gradient)

    def update(theta, m, v, decayed):
        direction = (m / (1.0 - beta1**t)) / (np.sqrt(v / (1.0 - beta2**t)) + config.epsilon)
        return theta - rate * (direction + config.weight_decay * decayed * theta)

    return tree_map(update, parameters, mean, square, decays(parameters)), Moments(mean, square)
