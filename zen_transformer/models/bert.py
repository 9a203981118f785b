"""BERT with its heads.  Devlin et al. 2019, sections 3 to 5.

h, c                  = encoder(w, s)           bert_encoder.py: a vector for every token i, and
                                                one for the whole sequence
masked words          = masked_lm_head(h, T)    layers/heads.py
next sentence         = c W + b
class of the text     = c W + b
class of each token   = h_i W + b
start, end of answer  = h_i W + b               two logits for every token
choice                = c_k · w + b             one logit for every choice k
"""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int, Shaped

from zen_transformer.checkpoints.layouts import BERT
from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import PRNGKeys, random_dropout, split_key
from zen_transformer.layers.heads import MaskedLMHead
from zen_transformer.layers.linear import Linear
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.bert_encoder import BertModel, Packing
from zen_transformer.models.inputs import Ids
from zen_transformer.models.losses import class_loss, classification_loss, span_loss
from zen_transformer.models.outputs import (
    BertForPreTrainingOutput,
    BertModelOutput,
    HeadOutput,
    QuestionAnsweringModelOutput,
    as_requested,
)
from zen_transformer.models.pretrained import PretrainedModel

Positions = Int[Array | np.ndarray, "batch predictions"]
Choices = Int[Array | np.ndarray, "batch choices length"]


def select_positions(
    hidden_states: Float[Array, "batch length hidden"],
    positions: Positions | None,
) -> Float[Array, "batch predictions hidden"]:
    """h_b[p_bj], the vectors at some positions of each sequence; all of them without positions."""
    if positions is None:
        return hidden_states
    return jnp.take_along_axis(hidden_states, jnp.asarray(positions)[:, :, None], axis=1)


class BertWithHead(PretrainedModel):
    """A BERT with a head, which subclasses add."""

    config_class, layout = BertConfig, BERT
    config: BertConfig
    bert: BertModel

    def __call__(
        self,
        input_ids: Ids | None = None,
        attention_mask: Shaped[Array | np.ndarray, "batch length"] | None = None,
        token_type_ids: Ids | None = None,
        position_ids: Int[Array | np.ndarray, "#batch length"] | None = None,
        *,
        inputs_embeds: Float[Array | np.ndarray, "batch length hidden"] | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        return_dict: bool | None = None,
        packing: Packing | None = None,
        key: PRNGKeys | None = None,
        **head_options: Any,
    ) -> Any:
        """Compute the output of the head. The arguments are those of `BertModel`; others are passed
        to `apply_head`, above all `labels`, with which the output has a `loss` (`losses.py`)."""
        bert_key, head_key = split_key(key, 2)
        output = self.bert(
            input_ids,
            attention_mask,
            token_type_ids,
            position_ids,
            inputs_embeds=inputs_embeds,
            output_hidden_states=output_hidden_states,
            output_attentions=output_attentions,
            packing=packing,
            key=bert_key,
        )
        return as_requested(self.apply_head(output, head_key, **head_options), return_dict)

    def apply_head(self, output: BertModelOutput, key: PRNGKeys | None) -> Any:
        """Compute the output of the head from that of the encoder; `key` is for dropout."""
        raise TypeError("build one of the models, such as BertForMaskedLM")


class BertForPreTraining(BertWithHead):
    """BERT with both pretraining heads, for masked words and for the next sentence."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype)
        self.masked_lm_head = _masked_lm_head(config, rngs, dtype)
        self.next_sentence_head = _linear_head(config, 2, rngs, dtype)

    def apply_head(
        self,
        output: BertModelOutput,
        key: PRNGKeys | None,
        masked_positions: Positions | None = None,
        labels: Any = None,
        next_sentence_label: Any = None,
    ) -> BertForPreTrainingOutput:
        """Logits over the vocabulary at every position, or only at `masked_positions`, and
        over (0: the second sentence follows the first, 1: it does not); with labels of both, the
        sum of both losses."""
        hidden = select_positions(output.last_hidden_state, masked_positions)
        words = self.masked_lm_head(hidden, self.bert.embeddings.token.table[...])
        pairs = self.next_sentence_head(output.pooler_output)
        if (labels is None) != (next_sentence_label is None):
            raise UserError(
                "the loss is the sum of two: give labels and next_sentence_label, or none of them; "
                "BertForMaskedLM has the loss of labels alone"
            )
        loss = None
        if labels is not None:
            of_pairs = class_loss(pairs, next_sentence_label, "next_sentence_label")
            loss = class_loss(words, labels) + of_pairs
        return BertForPreTrainingOutput(
            loss=loss,
            prediction_logits=words,
            seq_relationship_logits=pairs,
            hidden_states=output.hidden_states,
            attentions=output.attentions,
        )


class BertForMaskedLM(BertWithHead):
    """BERT with the head that predicts masked words."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype, add_pooling_layer=False)
        self.masked_lm_head = _masked_lm_head(config, rngs, dtype)

    def apply_head(
        self,
        output: BertModelOutput,
        key: PRNGKeys | None,
        masked_positions: Positions | None = None,
        labels: Any = None,
    ) -> HeadOutput:
        """Logits over the vocabulary at every position, or only at `masked_positions`."""
        hidden = select_positions(output.last_hidden_state, masked_positions)
        logits = self.masked_lm_head(hidden, self.bert.embeddings.token.table[...])
        return _head_output(logits, class_loss, labels, output)


class BertForNextSentencePrediction(BertWithHead):
    """BERT with the head that predicts whether the second sentence follows the first."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype)
        self.next_sentence_head = _linear_head(config, 2, rngs, dtype)

    def apply_head(
        self, output: BertModelOutput, key: PRNGKeys | None, labels: Any = None
    ) -> HeadOutput:
        """Logits over (0: the second sentence follows the first, 1: it does not)."""
        logits = self.next_sentence_head(output.pooler_output)
        return _head_output(logits, class_loss, labels, output)


class BertForSequenceClassification(BertWithHead):
    """BERT that classifies a text, or a pair of texts, into `num_labels` classes."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype)
        self.classifier = _linear_head(config, config.num_labels, rngs, dtype)

    def apply_head(
        self, output: BertModelOutput, key: PRNGKeys | None, labels: Any = None
    ) -> HeadOutput:
        """Logits over the classes."""
        logits = self.classifier(_classifier_dropout(output.pooler_output, key, self.config))
        loss = partial(classification_loss, config=self.config)
        return _head_output(logits, loss, labels, output)


class BertForTokenClassification(BertWithHead):
    """BERT that classifies every token into `num_labels` classes, such as parts of speech."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype, add_pooling_layer=False)
        self.classifier = _linear_head(config, config.num_labels, rngs, dtype)

    def apply_head(
        self, output: BertModelOutput, key: PRNGKeys | None, labels: Any = None
    ) -> HeadOutput:
        """Logits over the classes for every token, padding included."""
        logits = self.classifier(_classifier_dropout(output.last_hidden_state, key, self.config))
        return _head_output(logits, class_loss, labels, output)


class BertForQuestionAnswering(BertWithHead):
    """BERT that finds the answer to a question in a text: its first and its last token."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        if config.num_labels != 2:  # from a classifier's checkpoint; it would be saved again
            config = dataclasses.replace(config, num_labels=2, label_names=None)
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype, add_pooling_layer=False)
        self.qa_outputs = _linear_head(config, 2, rngs, dtype)

    def apply_head(
        self,
        output: BertModelOutput,
        key: PRNGKeys | None,
        start_positions: Any = None,
        end_positions: Any = None,
    ) -> QuestionAnsweringModelOutput:
        """Logits over the tokens, for the start and for the end of the answer."""
        logits = self.qa_outputs(output.last_hidden_state)
        ends, positions = (logits[:, :, 0], logits[:, :, 1]), (start_positions, end_positions)
        if (start_positions is None) != (end_positions is None):
            raise UserError("the loss is that of both ends: give start_positions and end_positions")
        return QuestionAnsweringModelOutput(
            loss=None if start_positions is None else span_loss(*ends, *positions),
            start_logits=ends[0],
            end_logits=ends[1],
            hidden_states=output.hidden_states,
            attentions=output.attentions,
        )


class BertForMultipleChoice(BertWithHead):
    """BERT that chooses one of several endings, each encoded together with the same beginning."""

    def __init__(self, config: BertConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        self.config = config
        self.bert = BertModel(config, rngs=rngs, dtype=dtype)
        self.classifier = _linear_head(config, 1, rngs, dtype)

    def __call__(
        self,
        input_ids: Choices | None = None,
        attention_mask: Shaped[Array | np.ndarray, "batch choices length"] | None = None,
        token_type_ids: Choices | None = None,
        position_ids: Int[Array | np.ndarray, "#batch #choices length"] | None = None,
        *,
        inputs_embeds: Float[Array | np.ndarray, "batch choices length hidden"] | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        return_dict: bool | None = None,
        key: PRNGKeys | None = None,
        labels: Any = None,
        **head_options: Any,
    ) -> Any:
        """Logits over the choices. The arguments are those of `BertModel` with one more axis, and
        `labels`, the number of the right choice of each row.

        Every choice is encoded as a separate sequence, so the first axis of the hidden states and
        attentions is `batch · choices`.
        """
        inputs = input_ids if inputs_embeds is None else inputs_embeds
        if inputs is None:
            return super().__call__()  # raises the error that names what is missing
        shape = _choices_shape(inputs)
        if position_ids is not None:
            position_ids = jnp.broadcast_to(jnp.asarray(position_ids), shape)
        output = super().__call__(
            *map(_merge_choices, (input_ids, attention_mask, token_type_ids, position_ids)),
            inputs_embeds=_merge_choices(inputs_embeds),
            output_hidden_states=output_hidden_states,
            output_attentions=output_attentions,
            key=key,
            **head_options,
        )
        logits = output.logits.reshape(shape[:2])
        return as_requested(_head_output(logits, class_loss, labels, output), return_dict)

    def apply_head(self, output: BertModelOutput, key: PRNGKeys | None) -> HeadOutput:
        """One logit for every choice."""
        logits = self.classifier(_classifier_dropout(output.pooler_output, key, self.config))
        return _head_output(logits, class_loss, None, output)


def _head_output(
    logits: Float[Array, "batch ..."],
    loss: Callable[[Any, Any], Any],
    labels: Any,
    output: BertModelOutput | HeadOutput,
) -> HeadOutput:
    """Return the output of a head: the logits, the loss if there are labels, and the rest of the
    encoder's output."""
    return HeadOutput(
        loss=None if labels is None else loss(logits, labels),
        logits=logits,
        hidden_states=output.hidden_states,
        attentions=output.attentions,
    )


def _choices_shape(inputs: Any) -> tuple[int, int, int]:
    """Return batch, choices and length of ids or vectors."""
    shape = np.shape(inputs)
    if len(shape) < 3:
        raise UserError(
            f"input has shape {shape}: BertForMultipleChoice reads (batch, choices, length), so "
            "put the choices of one question side by side on an axis of their own"
        )
    return shape[:3]


def _merge_choices(values: Any) -> Any:
    """Reshape [batch, choices, …] to [batch · choices, …]."""
    if values is None:
        return None
    values = values if hasattr(values, "reshape") else np.asarray(values)
    return values.reshape(-1, *values.shape[2:])


def _classifier_dropout(
    x: Float[Array, "*rows hidden"], key: PRNGKeys | None, config: BertConfig
) -> Float[Array, "*rows hidden"]:
    """Dropout before a classifier, at the rate `classifier_dropout` if the config has one."""
    rate = config.classifier_dropout
    return random_dropout(x, key, config.hidden_dropout_prob if rate is None else rate)


def _linear_head(config: BertConfig, classes: int, rngs: nnx.Rngs, dtype: Any) -> Linear:
    return Linear(
        config.hidden_size, classes, stddev=config.initializer_range, rngs=rngs, dtype=dtype
    )


def _masked_lm_head(config: BertConfig, rngs: nnx.Rngs, dtype: Any) -> MaskedLMHead:
    return MaskedLMHead(
        config.vocab_size,
        config.hidden_size,
        activation=config.hidden_act,
        epsilon=config.layer_norm_eps,
        stddev=config.initializer_range,
        rngs=rngs,
        dtype=dtype,
    )
