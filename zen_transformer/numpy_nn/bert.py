"""BERT with its heads: the answers, their loss, its gradient.  Devlin et al. 2019, sections 3 to 5.

h, c                  = bert(w, s)               bert.py: a vector for every token i, and one
                                                 for the whole
masked words          = masked_lm_head(h, T)     heads.py
next sentence         = c W + b
class of the text     = c W + b
class of each token   = h_i W + b
start, end of answer  = h_i W + b                two numbers for every token
which of the choices  = c_k · w + b              one number for every choice k

L = mean of log Σ exp z − z_y                    cross_entropy.py, over the rows with a label

Two heads, each on h or on c: `QUESTIONS` says which model asks what. A model with two
questions adds their losses up; start and end are one question with two answers, and count half.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from zen_transformer.numpy_nn.activations import ACTIVATIONS
from zen_transformer.numpy_nn.bert_encoder import BertOutput, Config, bert, bert_backward
from zen_transformer.numpy_nn.cross_entropy import (
    mean_cross_entropy,
    mean_cross_entropy_backward,
)
from zen_transformer.numpy_nn.embeddings import embedding_backward
from zen_transformer.numpy_nn.heads import masked_lm_head, masked_lm_head_backward
from zen_transformer.numpy_nn.linear import Weights, linear, linear_backward

Inputs = dict[str, np.ndarray]
Logits = dict[str, np.ndarray]
Labels = dict[str, np.ndarray]
TOKENS, TEXT = "last_hidden_state", "pooler_output"
WORDS = "masked_lm_head"


class Question(NamedTuple):
    """One thing that is asked of the encoder."""

    head: str
    """Where its weights are: the masked-word head's, or those of a linear map."""
    reads: str
    """h, which has a vector for every token, or c, which has one for the text."""
    answers: dict[str, str]
    """What HuggingFace calls the logits, and what it calls the right answers to them."""


QUESTIONS = {
    "BertForPreTraining": (
        Question(WORDS, TOKENS, {"prediction_logits": "labels"}),
        Question("next_sentence_head", TEXT, {"seq_relationship_logits": "next_sentence_label"}),
    ),
    "BertForMaskedLM": (Question(WORDS, TOKENS, {"logits": "labels"}),),
    "BertForNextSentencePrediction": (Question("next_sentence_head", TEXT, {"logits": "labels"}),),
    "BertForSequenceClassification": (Question("classifier", TEXT, {"logits": "labels"}),),
    "BertForTokenClassification": (Question("classifier", TOKENS, {"logits": "labels"}),),
    "BertForQuestionAnswering": (
        Question(
            "qa_outputs", TOKENS, {"start_logits": "start_positions", "end_logits": "end_positions"}
        ),
    ),
    "BertForMultipleChoice": (Question("classifier", TEXT, {"logits": "labels"}),),
}


class Answers(NamedTuple):
    """The logits by HuggingFace's names, and what the encoder gave for them."""

    logits: Logits
    encoded: BertOutput


def bert_with_head(model: str, parameters: Weights, inputs: Inputs, config: Config) -> Answers:
    """The answers of one of the models in `QUESTIONS`.

    Args:
        model: its name.
        parameters: nested as `nnx.to_pure_dict` gives them of the JAX model.
        inputs: by the names of the JAX model's arguments; those that are not given are plain.
        config: the `BertConfig`.
    """
    encoded = bert(parameters["bert"], **encoder_inputs(inputs), config=config)
    logits: Logits = {}
    for question in QUESTIONS[model]:
        z = _head(_read(encoded, question, inputs), question.head, parameters, config)
        logits |= arrange(z, question, _batch(inputs))
    return Answers(logits, encoded)


def losses(model: str, logits: Logits, labels: Labels) -> dict[str, float]:
    """The mean cross-entropy of each of the logits; labels below 0 ask for nothing."""
    return {
        name: float(mean_cross_entropy(logits[name], labels[right]))
        for question in QUESTIONS[model]
        for name, right in question.answers.items()
    }


def loss(model: str, logits: Logits, labels: Labels) -> float:
    """Σ over the questions of the mean over their answers."""
    found = losses(model, logits, labels)
    means = [np.mean([found[name] for name in q.answers]) for q in QUESTIONS[model]]
    return float(np.sum(means))


def loss_gradient(
    model: str, parameters: Weights, inputs: Inputs, labels: Labels, config: Config
) -> Weights:
    """d parameters of `loss`, from its end to its beginning.

    1. L = Σ_q (1/n_q) Σ_a L_a over the n_q answers of each question, so dL_a = 1/n_q, and
       L_a gives dz of its own logits, of which no other L_a knows.
    2. The head takes dz back to its weights and to what it read: to dh, if that was h, to dc,
       if it was c. What nobody read gets 0. (No two questions of a model read the same.)
    3. The encoder takes dh and dc back to its own weights.
    4. The masked-word head compares with the token table, which is the embeddings' as well:
       T gets the sum of what comes back on both ways.
    """
    answers = bert_with_head(model, parameters, inputs, config)
    read = {TOKENS: answers.encoded.last_hidden_state, TEXT: answers.encoded.pooler_output}
    flows = {name: np.zeros_like(x) for name, x in read.items() if x is not None}
    heads: Weights = {}
    dtable = np.zeros(())
    for question in QUESTIONS[model]:
        heads[question.head], flows[question.reads], through_head = _question_backward(
            question, answers, parameters, inputs, labels, config
        )
        dtable = dtable + through_head
    encoder = bert_backward(
        flows[TOKENS],
        flows.get(TEXT),
        parameters["bert"],
        **encoder_inputs(inputs),
        config=config,
    )
    encoder["embeddings"]["token"]["table"] += dtable
    return {"bert": encoder} | heads


def _question_backward(
    question: Question,
    answers: Answers,
    parameters: Weights,
    inputs: Inputs,
    labels: Labels,
    config: Config,
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """Steps 1 and 2: d of the head's weights, d of h or c, and dT."""
    share = np.asarray(1.0 / len(question.answers))
    dlogits = {
        name: mean_cross_entropy_backward(share, answers.logits[name], labels[right])
        for name, right in question.answers.items()
    }
    x = _read(answers.encoded, question, inputs)
    dz = arrange_backward(dlogits, x)
    dhead, dx, dtable = _head_backward(dz, x, question.head, parameters, config)
    return dhead, _read_backward(dx, answers.encoded, question, inputs), dtable


def encoder_inputs(inputs: Inputs) -> dict[str, Any]:
    """The arguments of `bert`. What is not given is plain: every token is real, in the first
    segment, at place 0, 1, 2, … Choices are read each for itself: [batch, choices, length]
    becomes [batch · choices, length]."""
    ids, vectors = inputs.get("input_ids"), inputs.get("inputs_embeds")
    shape = inputs["input_ids"].shape if vectors is None else vectors.shape[:-1]
    plain = {
        "attention_mask": np.ones(shape, int),
        "token_type_ids": np.zeros(shape, int),
        "position_ids": np.arange(shape[-1])[None],
    }
    given = {name: np.broadcast_to(inputs[name], shape) for name in plain if name in inputs}
    rows = {name: values.reshape(-1, shape[-1]) for name, values in (plain | given).items()}
    return rows | {
        "input_ids": None if ids is None else ids.reshape(-1, shape[-1]),
        "inputs_embeds": None if vectors is None else vectors.reshape(-1, *vectors.shape[-2:]),
    }


def select_positions(
    hidden_states: Float[np.ndarray, "batch length hidden"],
    positions: Int[np.ndarray, "batch predictions"] | None,
) -> Float[np.ndarray, "batch predictions hidden"]:
    """The vectors at some positions of each sequence; all of them if none are named."""
    if positions is None:
        return hidden_states
    return np.take_along_axis(hidden_states, positions[:, :, None], axis=1)


def select_positions_backward(
    dy: Float[np.ndarray, "batch predictions hidden"],
    hidden_states: Float[np.ndarray, "batch length hidden"],
    positions: Int[np.ndarray, "batch predictions"] | None,
) -> Float[np.ndarray, "batch length hidden"]:
    """dh.

    It is a lookup, in the table of a sequence's own vectors: y_bj = h_b[p_bj]. Numbered through,
    vector i of sequence b is row b·length + i of one table, and gathers as rows of tables do.
    """
    if positions is None:
        return dy
    batch, length, hidden = hidden_states.shape
    rows = np.arange(batch)[:, None] * length + positions
    table = hidden_states.reshape(batch * length, hidden)
    return embedding_backward(dy, table, rows).reshape(hidden_states.shape)


def arrange(z: Float[np.ndarray, "*rows out"], question: Question, batch: int) -> Logits:
    """The numbers that a head gives, as the logits that a cross-entropy reads.

    a class for each row     z_rc, as it is
    start and end            a_bi = z_bi0, e_bi = z_bi1: the classes are the tokens i
    which of the choices     z_bk, from row b · choices + k: the classes are the choices k
    """
    if len(question.answers) > 1:
        return dict(zip(question.answers, np.moveaxis(z, -1, 0), strict=True))
    (name,) = question.answers
    return {name: z.reshape(batch, -1) if question.reads == TEXT else z}


def arrange_backward(
    dlogits: Logits, x: Float[np.ndarray, "*rows hidden"]
) -> Float[np.ndarray, "*rows out"]:
    """dz. Nothing was computed, only put elsewhere, so each number goes back to its place;
    there is a row of z for every row of x, which the head read."""
    dz = np.stack([*dlogits.values()], axis=-1)
    return dz.reshape(*x.shape[:-1], -1)


def _batch(inputs: Inputs) -> int:
    return len(inputs["input_ids" if "input_ids" in inputs else "inputs_embeds"])


def _read(encoded: BertOutput, question: Question, inputs: Inputs) -> np.ndarray:
    """What a head looks at; the masked-word head only at the places that are named, if any."""
    x = getattr(encoded, question.reads)
    return select_positions(x, inputs.get("masked_positions")) if question.head == WORDS else x


def _read_backward(
    dx: np.ndarray, encoded: BertOutput, question: Question, inputs: Inputs
) -> np.ndarray:
    if question.head != WORDS:
        return dx
    return select_positions_backward(dx, encoded.last_hidden_state, inputs.get("masked_positions"))


def _head(x: np.ndarray, head: str, parameters: Weights, config: Config) -> np.ndarray:
    """x through the linear map of this name, or through the masked-word head."""
    if head == WORDS:
        return masked_lm_head(parameters[WORDS], x, *_masked_words(parameters, config))
    return linear(x, **parameters[head])


def _head_backward(
    dz: np.ndarray, x: np.ndarray, head: str, parameters: Weights, config: Config
) -> tuple[Weights, np.ndarray, np.ndarray]:
    """d of the head's weights, dx, and dT, which is 0 where T is not looked at."""
    if head == WORDS:
        return masked_lm_head_backward(dz, parameters[WORDS], x, *_masked_words(parameters, config))
    dx, dkernel, dbias = linear_backward(dz, x, **parameters[head])
    return {"kernel": dkernel, "bias": dbias}, dx, np.zeros(())


def _masked_words(parameters: Weights, config: Config) -> tuple[Any, Any, float]:
    """What the masked-word head reads besides."""
    table = parameters["bert"]["embeddings"]["token"]["table"]
    return table, ACTIVATIONS[config.hidden_act], config.layer_norm_eps
