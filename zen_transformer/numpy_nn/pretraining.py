"""BERT's pretraining loss, its gradient and the training loop.  Devlin et al. 2019, appendix A.2.

L = L_MLM / (masked tokens) + L_NSP / (pairs)

A batch has the arrays of `objectives/pretraining.py` after masking: `input_ids`, `attention_mask`,
`token_type_ids`, `masked_positions`, `masked_labels`, `masked_weights` and `next_sentence_label`.
"""

from collections.abc import Callable, Iterator

import numpy as np

from zen_transformer.numpy_nn.bert import bert_with_head, loss, loss_gradient, losses
from zen_transformer.numpy_nn.bert_encoder import EncoderConfig
from zen_transformer.numpy_nn.linear import Weights
from zen_transformer.numpy_nn.optimizer import OptimizerConfig, adamw, init_moments

Batch = dict[str, np.ndarray]
MODEL = "BertForPreTraining"


def pretraining_loss(parameters: Weights, batch: Batch, config: EncoderConfig) -> dict[str, float]:
    """Compute `mlm_loss` and `nsp_loss`, both means in nats, and their sum `loss`."""
    logits = bert_with_head(MODEL, parameters, _inputs(batch), config).logits
    labels = _labels(batch)
    mlm_loss, nsp_loss = losses(MODEL, logits, labels).values()
    return {"mlm_loss": mlm_loss, "nsp_loss": nsp_loss, "loss": loss(MODEL, logits, labels)}


def pretraining_gradient(parameters: Weights, batch: Batch, config: EncoderConfig) -> Weights:
    """d parameters of `loss`."""
    return loss_gradient(MODEL, parameters, _inputs(batch), _labels(batch), config)


def train(
    parameters: Weights,
    make_batch: Callable[[int], Batch],
    steps: int,
    config: EncoderConfig,
    optimizer: OptimizerConfig,
) -> Iterator[tuple[Weights, dict[str, float]]]:
    """Train with AdamW; yields after each step the new parameters and the losses before it.

    Args:
        parameters: the initial ones.
        make_batch: returns the batch of a step, given its number.
        steps: number of steps.
        config: the `BertConfig`.
        optimizer: the hyperparameters of AdamW.
    """
    moments = init_moments(parameters)
    for step in range(steps):
        batch = make_batch(step)
        before = pretraining_loss(parameters, batch, config)
        gradient = pretraining_gradient(parameters, batch, config)
        parameters, moments = adamw(parameters, gradient, moments, step, steps, optimizer)
        yield parameters, before


def _inputs(batch: Batch) -> Batch:
    names = ("input_ids", "attention_mask", "token_type_ids", "masked_positions")
    return {name: batch[name] for name in names}


def _labels(batch: Batch) -> Batch:
    """The labels of the masked tokens, −100 for unused entries, and those of the pairs."""
    labels = np.where(batch["masked_weights"] > 0, batch["masked_labels"], -100)
    return {"labels": labels, "next_sentence_label": batch["next_sentence_label"]}
