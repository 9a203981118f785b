"""Direct preference optimization (DPO).  Rafailov et al. 2023, equation 7.

    log π(y|x) = Σ_t log p(y_t | x, y_1 … y_{t−1})           over the tokens of the answer alone
    r(x, y)    = β (log π(y|x) − log π_ref(y|x))             the implicit reward (their section 4)
    L          = −log σ(r(x, y_w) − r(x, y_l))               y_w was preferred to y_l

π is the model that is trained and π_ref the model before that, whose log-probabilities are computed
once and come with the batch. Where π = π_ref every L is log 2. The gradient raises log π of the
chosen answer and lowers that of the rejected one, both by β σ(r_l − r_w): pairs that are in order
already count little. The larger β, the more it costs to move away from π_ref.

Both models run without dropout: its noise would be part of the reward.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int, Key

from zen_transformer.errors import UserError, check_range
from zen_transformer.layers.cross_entropy import WeightedSum, WeightedSums, log_sum_exp
from zen_transformer.layers.precision import at_least_float32
from zen_transformer.objectives.causal_lm import IGNORED, next_tokens
from zen_transformer.training.step import Batch, HostBatch


def answer_log_probabilities(
    logits: Float[Array, "*rows length vocab"], labels: Int[Array, "*rows length"]
) -> Float[Array, "*rows"]:
    """Compute log π(y|x) = Σ_t (z_ty − log Σ exp z_t) over the positions that are predicted: those
    whose label is not negative."""
    logits = at_least_float32(logits)
    targets = jnp.maximum(labels, 0)
    right = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return jnp.sum(jnp.where(labels >= 0, right - log_sum_exp(logits), 0.0), axis=-1)


def preference_loss(
    margins: Float[Array, " pairs"], weights: Float[Array, " pairs"]
) -> WeightedSum:
    """Compute Σ w (−log σ(m)) and Σ w, as log(exp 0 + exp(−m)): margins of −10⁴ stay finite.

    Args:
        margins: m = r(x, y_w) − r(x, y_l).
        weights: w, 1 for a pair and 0 for a row that only fills the batch.
    """
    return WeightedSum(jnp.sum(weights * jnp.logaddexp(0.0, -margins)), jnp.sum(weights))


class PreferencePair(NamedTuple):
    """The ids of a prompt, of the preferred answer and of the other one."""

    prompt: Sequence[int]
    chosen: Sequence[int]
    rejected: Sequence[int]

    @property
    def length(self) -> int:
        """Number of tokens of the prompt with the longer answer."""
        return len(self.prompt) + max(len(self.chosen), len(self.rejected))


def preference_batch(pairs: Sequence[PreferencePair], width: int, rows: int = 0) -> HostBatch:
    """Make `input_ids`, `attention_mask` and `labels` [pairs, 2, width], first of the preferred
    answer, then of the other one, and `weights` [pairs]. Only the answers are predicted.

    Args:
        pairs: the preferences.
        width: tokens of a row.
        rows: pairs of weight 0 fill the batch up to so many.

    Raises:
        UserError: a prompt has no token, or a pair is wider.
    """
    for pair in pairs:
        if not pair.prompt:
            raise UserError("a prompt is empty: an answer has to be the answer to something")
        if pair.length > width + 1:
            raise UserError(f"a pair has {pair.length} tokens, the batch is {width} wide: shorten")
    rows = max(rows, len(pairs))
    ids, lengths = np.zeros((rows * 2, width + 1), np.int32), np.zeros(rows * 2, int)
    prompts = np.zeros(rows * 2, int)
    answers = [(pair.prompt, answer) for pair in pairs for answer in pair[1:]]
    for row, (prompt, answer) in enumerate(answers):
        lengths[row], prompts[row] = len(prompt) + len(answer), len(prompt)
        ids[row, : lengths[row]] = [*prompt, *answer]
    batch = next_tokens(ids, lengths)
    in_prompt = np.arange(width) < prompts[:, None] - 1
    batch["labels"] = np.where(in_prompt, IGNORED, batch["labels"])
    batch = {name: values.reshape(rows, 2, width) for name, values in batch.items()}
    return batch | {"weights": (np.arange(rows) < len(pairs)).astype(np.float32)}


@dataclass(frozen=True)
class PreferenceObjective:
    """DPO of a model that `nnx.split` took apart. A batch is that of `preference_batch` and
    `reference` [pairs, 2], log π_ref of both answers.

    Args:
        graph: the model's structure; its parameters come with each call.
        beta: β.
    """

    graph: nnx.GraphDef
    beta: float = 0.1

    def __post_init__(self):
        check_range("beta", self.beta, 1e-6)

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Return the batch as it is: nothing about it is random."""
        return batch

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Count the pairs."""
        return {"dpo_loss": jnp.sum(batch["weights"])}

    def inputs(self, batch: Batch) -> dict[str, Any]:
        """Select the model's arguments from a batch: both answers of each pair, row by row."""
        names = "input_ids", "attention_mask"
        return {name: batch[name].reshape(-1, batch[name].shape[-1]) for name in names}

    def log_probabilities(self, parameters: Any, batch: Batch) -> Float[Array, "pairs 2"]:
        """Compute log π of both answers; with the parameters before training, `reference`."""
        logits = nnx.merge(self.graph, parameters)(**self.inputs(batch)).logits
        labels = batch["labels"]
        return answer_log_probabilities(logits.reshape(*labels.shape, -1), labels)

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[WeightedSums, WeightedSums]:
        """Compute the loss and the other metrics, all over pairs:

        in_order    r_w > r_l
        margin      r_w − r_l
        drift       log π_ref − log π, the mean of both answers, in nats: an estimate of
                    KL(π_ref ‖ π), if the answers were drawn from π_ref
        """
        gained = self.log_probabilities(parameters, batch) - batch["reference"]
        margins, weights = self.beta * (gained[:, 0] - gained[:, 1]), batch["weights"]
        metrics = {"in_order": margins > 0, "margin": margins, "drift": -jnp.mean(gained, axis=1)}
        count = jnp.sum(weights)
        sums = {name: WeightedSum(jnp.sum(weights * m), count) for name, m in metrics.items()}
        return {"dpo_loss": preference_loss(margins, weights)}, sums
