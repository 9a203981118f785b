"""BERT with its heads: logits, loss and gradient.  Devlin et al. 2019, sections 3 to 5.

h, c                  = bert(w, s)               bert_encoder.py: a vector for every token i, and
                                                 one for the whole sequence
masked words          = masked_lm_head(h, T)     heads.py
next sentence         = c W + b
class of the text     = c W + b
class of each token   = h_i W + b
start, end of answer  = h_i W + b                two logits for every token
choice                = c_k · w + b              one logit for every choice k

L = mean of log Σ exp z − z_y                    cross_entropy.py, over the rows with a label

`HEADS` has the heads of each model, each of which reads h or c. The loss of a model is the sum of
the losses of its heads; the loss of the head for start and end is the mean of both.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from zen_transformer.numpy_nn.activations import ACTIVATIONS
from zen_transformer.numpy_nn.bert_encoder import BertOutput, EncoderConfig, bert, bert_backward
from zen_transformer.numpy_nn.cross_entropy import (
    mean_cross_entropy,
    mean_cross_entropy_backward,
)
from zen_transformer.numpy_nn.embeddings import embedding_backward
from zen_transformer.numpy_nn.heads import masked_lm_head, masked_lm_head_backward
from zen_transformer.numpy_nn.linear import Weights, linear, linear_backward

Inputs = dict[str, np.ndarray]
"""By the names of the JAX model's arguments."""
Logits = dict[str, np.ndarray]
Labels = dict[str, np.ndarray]
"""By HuggingFace's names; a label below 0 is ignored."""
TOKENS, SEQUENCE = "last_hidden_state", "pooler_output"
MASKED_LM_HEAD = "masked_lm_head"


class HeadSpec(NamedTuple):
    """A head of a model."""

    name: str
    """Name of its weights: those of the masked-word head, or of a linear map."""
    reads: str
    """h, a vector for every token (`TOKENS`), or c, one for the whole sequence (`SEQUENCE`)."""
    labels: dict[str, str]
    """HuggingFace's names of the logits, with its names of their labels."""


HEADS = {
    "BertForPreTraining": (
        HeadSpec(MASKED_LM_HEAD, TOKENS, {"prediction_logits": "labels"}),
        HeadSpec(
            "next_sentence_head", SEQUENCE, {"seq_relationship_logits": "next_sentence_label"}
        ),
    ),
    "BertForMaskedLM": (HeadSpec(MASKED_LM_HEAD, TOKENS, {"logits": "labels"}),),
    "BertForNextSentencePrediction": (
        HeadSpec("next_sentence_head", SEQUENCE, {"logits": "labels"}),
    ),
    "BertForSequenceClassification": (HeadSpec("classifier", SEQUENCE, {"logits": "labels"}),),
    "BertForTokenClassification": (HeadSpec("classifier", TOKENS, {"logits": "labels"}),),
    "BertForQuestionAnswering": (
        HeadSpec(
            "qa_outputs", TOKENS, {"start_logits": "start_positions", "end_logits": "end_positions"}
        ),
    ),
    "BertForMultipleChoice": (HeadSpec("classifier", SEQUENCE, {"logits": "labels"}),),
}
"""The heads of every model."""


class BertWithHeadOutput(NamedTuple):
    """The logits by HuggingFace's names, and the encoder's output."""

    logits: Logits
    encoder: BertOutput


def bert_with_head(
    model: str, parameters: Weights, inputs: Inputs, config: EncoderConfig
) -> BertWithHeadOutput:
    """Compute the logits of one of the models in `HEADS`.

    Args:
        model: its name.
        parameters: nested as `nnx.to_pure_dict` returns them for the JAX model.
        inputs: by the names of the JAX model's arguments, with the same defaults.
        config: the `BertConfig`.
    """
    encoded = bert(parameters["bert"], **encoder_inputs(inputs), config=config)
    logits: Logits = {}
    for head in HEADS[model]:
        z = _apply_head(_head_input(encoded, head, inputs), head, parameters, config)
        logits |= split_logits(z, head, _batch_size(inputs))
    return BertWithHeadOutput(logits, encoded)


def losses(model: str, logits: Logits, labels: Labels) -> dict[str, float]:
    """The mean cross-entropy of each array of logits, in nats."""
    return {
        name: float(mean_cross_entropy(logits[name], labels[label_name]))
        for head in HEADS[model]
        for name, label_name in head.labels.items()
    }


def loss(model: str, logits: Logits, labels: Labels) -> float:
    """L = Σ over the heads of the mean over their arrays of logits."""
    by_name = losses(model, logits, labels)
    means = [np.mean([by_name[name] for name in head.labels]) for head in HEADS[model]]
    return float(np.sum(means))


def loss_gradient(
    model: str, parameters: Weights, inputs: Inputs, labels: Labels, config: EncoderConfig
) -> Weights:
    """d parameters of `loss`, backward from the loss.

    1. L = Σ_q (1/n_q) Σ_a L_a over the n_q arrays of logits of each head q, so dL_a = 1/n_q; each
       L_a gives dz of its own logits.
    2. The head maps dz to the gradient of its weights and of its input, h or c. A vector that no
       head reads gets 0. (No two heads of a model read the same.)
    3. The encoder maps dh and dc to the gradient of its weights.
    4. The token table T is used twice, in the embeddings and in the masked-word head, so its
       gradient is the sum of both.
    """
    output = bert_with_head(model, parameters, inputs, config)
    vectors = {TOKENS: output.encoder.last_hidden_state, SEQUENCE: output.encoder.pooler_output}
    dvectors = {name: np.zeros_like(x) for name, x in vectors.items() if x is not None}
    dheads: Weights = {}
    dtable = np.zeros(())
    for head in HEADS[model]:
        dheads[head.name], dvectors[head.reads], dtable_of_head = _head_backward(
            head, output, parameters, inputs, labels, config
        )
        dtable = dtable + dtable_of_head
    dencoder = bert_backward(
        dvectors[TOKENS],
        dvectors.get(SEQUENCE),
        parameters["bert"],
        **encoder_inputs(inputs),
        config=config,
    )
    dencoder["embeddings"]["token"]["table"] += dtable
    return {"bert": dencoder} | dheads


def _head_backward(
    head: HeadSpec,
    output: BertWithHeadOutput,
    parameters: Weights,
    inputs: Inputs,
    labels: Labels,
    config: EncoderConfig,
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """Steps 1 and 2: d of the head's weights, dh or dc, and dT (0 for a linear head)."""
    share = np.asarray(1.0 / len(head.labels))
    dlogits = {
        name: mean_cross_entropy_backward(share, output.logits[name], labels[label_name])
        for name, label_name in head.labels.items()
    }
    x = _head_input(output.encoder, head, inputs)
    dz = split_logits_backward(dlogits, x)
    if head.name != MASKED_LM_HEAD:
        dx, dkernel, dbias = linear_backward(dz, x, **parameters[head.name])
        return {"kernel": dkernel, "bias": dbias}, dx, np.zeros(())
    dhead, dx, dtable = masked_lm_head_backward(
        dz, parameters[MASKED_LM_HEAD], x, *_masked_lm_arguments(parameters, config)
    )
    hidden_states, positions = output.encoder.last_hidden_state, inputs.get("masked_positions")
    return dhead, select_positions_backward(dx, hidden_states, positions), dtable


def encoder_inputs(inputs: Inputs) -> dict[str, Any]:
    """Complete the arguments of `bert`. By default every token is real, in the first segment, at
    the position 0, 1, 2, … Choices are encoded separately: [batch, choices, length] becomes
    [batch · choices, length]."""
    ids, vectors = inputs.get("input_ids"), inputs.get("inputs_embeds")
    shape = inputs["input_ids"].shape if vectors is None else vectors.shape[:-1]
    defaults = {
        "attention_mask": np.ones(shape, int),
        "token_type_ids": np.zeros(shape, int),
        "position_ids": np.arange(shape[-1])[None],
    }
    given = {name: np.broadcast_to(inputs[name], shape) for name in defaults if name in inputs}
    rows = {name: values.reshape(-1, shape[-1]) for name, values in (defaults | given).items()}
    return rows | {
        "input_ids": None if ids is None else ids.reshape(-1, shape[-1]),
        "inputs_embeds": None if vectors is None else vectors.reshape(-1, *vectors.shape[-2:]),
    }


def select_positions(
    hidden_states: Float[np.ndarray, "batch length hidden"],
    positions: Int[np.ndarray, "batch predictions"] | None,
) -> Float[np.ndarray, "batch predictions hidden"]:
    """h_b[p_bj], the vectors at some positions of each sequence; all of them without positions."""
    if positions is None:
        return hidden_states
    return np.take_along_axis(hidden_states, positions[:, :, None], axis=1)


def select_positions_backward(
    dy: Float[np.ndarray, "batch predictions hidden"],
    hidden_states: Float[np.ndarray, "batch length hidden"],
    positions: Int[np.ndarray, "batch predictions"] | None,
) -> Float[np.ndarray, "batch length hidden"]:
    """dh.

    y_bj = h_b[p_bj] is a lookup with h as the table: vector i of sequence b is row b·length + i of
    `hidden_states` reshaped to [batch · length, hidden].
    """
    if positions is None:
        return dy
    batch, length, hidden = hidden_states.shape
    rows = np.arange(batch)[:, None] * length + positions
    table = hidden_states.reshape(batch * length, hidden)
    return embedding_backward(dy, table, rows).reshape(hidden_states.shape)


def split_logits(z: Float[np.ndarray, "*rows out"], head: HeadSpec, batch: int) -> Logits:
    """Arrange the output of a head as logits whose last axis are the classes.

    one class for each row   z_rc, unchanged
    start and end            a_bi = z_bi0, e_bi = z_bi1: the classes are the tokens i
    multiple choice          z_bk, from row b · choices + k: the classes are the choices k
    """
    if len(head.labels) > 1:
        return dict(zip(head.labels, np.moveaxis(z, -1, 0), strict=True))
    (name,) = head.labels
    return {name: z.reshape(batch, -1) if head.reads == SEQUENCE else z}


def split_logits_backward(
    dlogits: Logits, x: Float[np.ndarray, "*rows hidden"]
) -> Float[np.ndarray, "*rows out"]:
    """dz. Entries were only rearranged, so each gradient goes back to the place of its entry; z has
    a row for every row of x, the input of the head."""
    dz = np.stack([*dlogits.values()], axis=-1)
    return dz.reshape(*x.shape[:-1], -1)


def _batch_size(inputs: Inputs) -> int:
    return len(inputs["input_ids" if "input_ids" in inputs else "inputs_embeds"])


def _head_input(encoded: BertOutput, head: HeadSpec, inputs: Inputs) -> np.ndarray:
    """h or c; for the masked-word head only the vectors at `masked_positions`, if given."""
    x = getattr(encoded, head.reads)
    if head.name != MASKED_LM_HEAD:
        return x
    return select_positions(x, inputs.get("masked_positions"))


def _apply_head(
    x: np.ndarray, head: HeadSpec, parameters: Weights, config: EncoderConfig
) -> np.ndarray:
    """The masked-word head, or a linear map."""
    if head.name == MASKED_LM_HEAD:
        arguments = _masked_lm_arguments(parameters, config)
        return masked_lm_head(parameters[MASKED_LM_HEAD], x, *arguments)
    return linear(x, **parameters[head.name])


def _masked_lm_arguments(parameters: Weights, config: EncoderConfig) -> tuple[Any, Any, float]:
    """T, the activation function and ε of the masked-word head."""
    table = parameters["bert"]["embeddings"]["token"]["table"]
    return table, ACTIVATIONS[config.hidden_act], config.layer_norm_eps
