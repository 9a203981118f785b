"""What BERT is pretrained on, its gradient, its training.  Devlin et al. 2019, appendix A.2.

L = L_MLM / (words to predict) + L_NSP / (pairs)

The batch is that of `objectives/pretraining.py` after its masks are drawn: `input_ids`,
`attention_mask`, `token_type_ids`, `masked_positions`, `masked_labels`, `masked_weights` and
`next_sentence_label`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from zen_transformer.numpy_nn.activations import ACTIVATIONS
from zen_transformer.numpy_nn.bert import Config, bert, bert_backward
from zen_transformer.numpy_nn.cross_entropy import cross_entropy, cross_entropy_backward
from zen_transformer.numpy_nn.heads import masked_lm_head, masked_lm_head_backward
from zen_transformer.numpy_nn.linear import Weights, linear, linear_backward
from zen_transformer.numpy_nn.optimizer import Settings, adamw, init_moments

Batch = dict[str, np.ndarray]


def pretraining_loss(parameters: Weights, batch: Batch, config: Config) -> dict[str, float]:
    """`mlm_loss`, `nsp_loss` and `loss`, which is their sum; all are means, in nats."""
    _, _, words, pairs = _forward(parameters, batch, config)
    mlm, words_weight = cross_entropy(words, *_words(batch))
    nsp, pairs_weight = cross_entropy(pairs, *_pairs(batch))
    means = {
        "mlm_loss": float(mlm / max(words_weight, 1.0)),
        "nsp_loss": float(nsp / max(pairs_weight, 1.0)),
    }
    return means | {"loss": sum(means.values())}


def pretraining_gradient(parameters: Weights, batch: Batch, config: Config) -> Weights:
    """d parameters of `loss`.

    The mean of a loss is its sum over its weight W, so its logits get the gradient of the sum
    times 1/W. From there back through both heads, which meet in the encoder. The token table
    is used twice, as embeddings and in the masked-word head: its two gradients are added.
    """
    hidden, pooled, words, pairs = _forward(parameters, batch, config)
    dwords = _mean_backward(words, *_words(batch))
    dpairs = _mean_backward(pairs, *_pairs(batch))

    chosen = _chosen(batch)
    dhead, dchosen, dtable = masked_lm_head_backward(
        dwords, **_masked_head(parameters, hidden[chosen], config)
    )
    dhidden = np.zeros_like(hidden)
    np.add.at(dhidden, chosen, dchosen)
    dpooled, dkernel, dbias = linear_backward(dpairs, pooled, **parameters["next_sentence_head"])
    body = bert_backward(dhidden, dpooled, parameters["bert"], *_inputs(batch), config)
    body["embeddings"]["token"]["table"] += dtable
    return {
        "bert": body,
        "masked_lm_head": dhead,
        "next_sentence_head": {"kernel": dkernel, "bias": dbias},
    }


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
        losses = pretraining_loss(parameters, batch, config)
        gradient = pretraining_gradient(parameters, batch, config)
        parameters, moments = adamw(parameters, gradient, moments, step, steps, settings)
        yield parameters, losses


def _forward(
    parameters: Weights, batch: Batch, config: Config
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Hidden states, their pooled vectors, logits of the words and of the pairs."""
    output = bert(parameters["bert"], *_inputs(batch), config)
    hidden, pooled = output.last_hidden_state, output.pooler_output
    words = masked_lm_head(**_masked_head(parameters, hidden[_chosen(batch)], config))
    return hidden, pooled, words, linear(pooled, **parameters["next_sentence_head"])


def _mean_backward(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """d logits of a mean loss."""
    share = np.asarray(1.0 / max(weights.sum(), 1.0))
    return cross_entropy_backward(share, logits, labels, weights)


def _inputs(batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    ids = batch["input_ids"]
    return ids, batch["attention_mask"], batch["token_type_ids"], np.arange(ids.shape[1])[None]


def _chosen(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Row and place of every word to predict."""
    places = batch["masked_positions"]
    return np.arange(len(places))[:, None], places


def _masked_head(parameters: Weights, hidden_states: np.ndarray, config: Config) -> dict[str, Any]:
    """The arguments of the masked-word head."""
    return {
        "parameters": parameters["masked_lm_head"],
        "hidden_states": hidden_states,
        "table": parameters["bert"]["embeddings"]["token"]["table"],
        "activation": ACTIVATIONS[config.hidden_act],
        "epsilon": config.layer_norm_eps,
    }


def _words(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    return batch["masked_labels"], batch["masked_weights"]


def _pairs(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    labels = batch["next_sentence_label"]
    return labels, np.ones(labels.shape)
