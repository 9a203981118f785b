"""What BERT is pretrained on, its gradient, its training.  Devlin et al. 2019, appendix A.2.

L = L_MLM / (words to predict) + L_NSP / (pairs)

The batch is that of `objectives/pretraining.py` after its masks are drawn: `input_ids`,
`attention_mask`, `token_type_ids`, `masked_positions`, `masked_labels`, `masked_weights` and
`next_sentence_label`.
"""

from collections.abc import Callable, Iterator

import numpy as np

from zen_transformer.numpy_nn.bert import bert_with_head, loss, loss_gradient, losses
from zen_transformer.numpy_nn.bert_encoder import Config
from zen_transformer.numpy_nn.linear import Weights
from zen_transformer.numpy_nn.optimizer import Settings, adamw, init_moments

Batch = dict[str, np.ndarray]
MODEL = "BertForPreTraining"


def pretraining_loss(parameters: Weights, batch: Batch, config: Config) -> dict[str, float]:
    """`mlm_loss`, `nsp_loss` and `loss`, which is their sum; all are means, in nats."""
    logits = bert_with_head(MODEL, parameters, _inputs(batch), config).logits
    labels = _labels(batch)
    words, pairs = losses(MODEL, logits, labels).values()
    return {"mlm_loss": words, "nsp_loss": pairs, "loss": loss(MODEL, logits, labels)}


def pretraining_gradient(parameters: Weights, batch: Batch, config: Config) -> Weights:
    """d parameters of `loss`."""
    return loss_gradient(MODEL, parameters, _inputs(batch), _labels(batch), config)


def train(
    parameters: Weights,
    make_batch: Callable[[int], Batch],
    steps: int,
    config: Config,
    settings: Settings,
) -> Iterator[tuple[Weights, dict[str, float]]]:
    """Step by step the parameters after it, and the losses before it."""
    moments = init_moments(parameters)
    for step in range(steps):
        batch = make_batch(step)
        before = pretraining_loss(parameters, batch, config)
        gradient = pretraining_gradient(parameters, batch, config)
        parameters, moments = adamw(parameters, gradient, moments, step, steps, settings)
        yield parameters, before


def _inputs(batch: Batch) -> Batch:
    names = ("input_ids", "attention_mask", "token_type_ids", "masked_positions")
    return {name: batch[name] for name in names}


def _labels(batch: Batch) -> Batch:
    """The words at the masked positions, but where the place is left over, and the pairs."""
    words = np.where(batch["masked_weights"] > 0, batch["masked_labels"], -100)
    return {"labels": words, "next_sentence_label": batch["next_sentence_label"]}
