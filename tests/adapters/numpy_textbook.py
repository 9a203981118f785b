"""The textbook: NumPy, with the gradients derived by hand."""

from functools import partial
from types import SimpleNamespace

import numpy as np
from reference.models import ENCODER_DECODER, GPT

from adapters.weights import named, named_as, nested, nested_as
from zen_transformer.numpy_nn import (
    activations,
    attention,
    bert,
    bert_encoder,
    cross_entropy,
    dropout,
    embeddings,
    encoder_decoder,
    feed_forward,
    gpt,
    heads,
    linear,
    normalization,
    pooling,
    stack,
)

LEAVES = {
    "linear": linear,
    "embedding": embeddings,
    "sum_embeddings": embeddings,
    "dropout": dropout,
    "gelu": activations,
    "gelu_new": activations,
    "relu": activations,
    "silu": activations,
    "softmax": attention,
    "layer_norm": normalization,
    "attention_weights": attention,
    "scaled_dot_product_attention": attention,
    "multi_head_attention": attention,
    "cls_pooling": pooling,
    "mean_pooling": pooling,
    "max_pooling": pooling,
    "tied_logits": heads,
    "log_sum_exp": cross_entropy,
    "cross_entropy": cross_entropy,
}
FORWARD = {name: getattr(module, name) for name, module in LEAVES.items()}
BACKWARD = {name: getattr(module, f"{name}_backward") for name, module in LEAVES.items()}
OTHER_NAMES = {
    "scaled_dot_product_attention_with_dropout": "scaled_dot_product_attention",
    "cross_attention": "multi_head_attention",
    "next_sentence_head": "linear",
    "smoothed_cross_entropy": "cross_entropy",
}
for table in (FORWARD, BACKWARD):
    table |= {name: table[other] for name, other in OTHER_NAMES.items()}


# Where an adapter's arguments are plain and the textbook's are not


def _feed_forward(x, *maps_and_activation):
    *maps, activation = maps_and_activation
    return feed_forward.feed_forward(x, *maps, activations.ACTIVATIONS[activation])


def _feed_forward_backward(dy, x, *maps_and_activation):
    *maps, activation = maps_and_activation
    return feed_forward.feed_forward_backward(dy, x, *maps, activations.ACTIVATIONS[activation])


def _shape(heads, epsilon, activation):
    return SimpleNamespace(num_attention_heads=heads, layer_norm_eps=epsilon, hidden_act=activation)


def _block(parameters, x, mask, heads, epsilon, activation, pre_norm, context=None, seen=None):
    read = None if context is None else stack.ContextStates(context, seen)
    shape = _shape(heads, epsilon, activation)
    return stack.block(parameters, x, mask, shape, pre_norm, read)[: 2 if read is None else 3]


def _block_backward(
    dy, parameters, x, mask, heads, epsilon, activation, pre_norm, context=None, seen=None
):
    read = None if context is None else stack.ContextStates(context, seen)
    shape = _shape(heads, epsilon, activation)
    return stack.block_backward(dy, parameters, x, mask, shape, pre_norm, read)


def _masked_lm_head(parameters, hidden_states, table, activation, epsilon):
    function = activations.ACTIVATIONS[activation]
    return heads.masked_lm_head(parameters, hidden_states, table, function, epsilon)


def _masked_lm_head_backward(dlogits, parameters, hidden_states, table, activation, epsilon):
    function = activations.ACTIVATIONS[activation]
    return heads.masked_lm_head_backward(
        dlogits, parameters, hidden_states, table, function, epsilon
    )


def _next_sentence_loss(logits, labels):
    total, weight = cross_entropy.cross_entropy(logits, labels, np.ones(len(labels)))
    return total / weight


def _next_sentence_loss_backward(dloss, logits, labels):
    weights = np.ones(len(labels))
    return cross_entropy.cross_entropy_backward(
        np.asarray(dloss / weights.sum()), logits, labels, weights
    )


FORWARD |= {
    "feed_forward": _feed_forward,
    "post_norm_block": _block,
    "pre_norm_block": _block,
    "post_norm_decoder_block": _block,
    "pre_norm_decoder_block": _block,
    "masked_lm_head": _masked_lm_head,
    "next_sentence_loss": _next_sentence_loss,
}
BACKWARD |= {
    "feed_forward": _feed_forward_backward,
    "post_norm_block": _block_backward,
    "pre_norm_block": _block_backward,
    "post_norm_decoder_block": _block_backward,
    "pre_norm_decoder_block": _block_backward,
    "masked_lm_head": _masked_lm_head_backward,
    "next_sentence_loss": _next_sentence_loss_backward,
}


# Whole models


def _bert(config, weights, inputs, labels):
    parameters = nested(weights, config.num_hidden_layers)
    outputs = bert_encoder.bert(parameters, **bert.encoder_inputs(inputs), config=config)._asdict()
    return outputs | {"loss": sum(np.sum(labels[name] * outputs[name]) for name in labels)}


def _bert_gradient(config, weights, inputs, labels):
    flows = labels["last_hidden_state"], labels["pooler_output"]
    parameters = nested(weights, config.num_hidden_layers)
    given = bert.encoder_inputs(inputs)
    return named(bert_encoder.bert_backward(*flows, parameters, **given, config=config))


def _with_head(name, config, weights, inputs, labels):
    parameters = nested(weights, config.num_hidden_layers)
    logits, encoded = bert.bert_with_head(name, parameters, inputs, config)
    return logits | {
        "hidden_states": encoded.hidden_states,
        "attentions": encoded.attentions,
        "loss": bert.loss(name, logits, labels),
    }


def _with_head_gradient(name, config, weights, inputs, labels):
    parameters = nested(weights, config.num_hidden_layers)
    return named(bert.loss_gradient(name, parameters, inputs, labels, config))


def _gpt(config, weights, inputs, labels):
    parameters = nested_as(GPT, config, weights)["transformer"]
    outputs = gpt.gpt(parameters, **_text(inputs), config=config)
    loss = cross_entropy.mean_cross_entropy(outputs.logits, labels["labels"])
    return outputs._asdict() | {"loss": loss}


def _gpt_gradient(config, weights, inputs, labels):
    parameters = nested_as(GPT, config, weights)["transformer"]
    logits = gpt.gpt(parameters, **_text(inputs), config=config).logits
    dlogits = cross_entropy.mean_cross_entropy_backward(np.ones(()), logits, labels["labels"])
    gradient = gpt.gpt_backward(dlogits, parameters, **_text(inputs), config=config)
    return named_as(GPT, {"transformer": gradient})


def _text(inputs):
    return {"position_ids": np.arange(inputs["input_ids"].shape[1])[None]} | inputs


def _encoder_decoder(config, weights, inputs, labels):
    parameters = nested_as(ENCODER_DECODER, config, weights)
    outputs = encoder_decoder.encoder_decoder(parameters, **inputs, config=config)
    loss = cross_entropy.mean_cross_entropy(outputs.logits, labels["labels"])
    return outputs._asdict() | {"loss": loss}


def _encoder_decoder_gradient(config, weights, inputs, labels):
    parameters = nested_as(ENCODER_DECODER, config, weights)
    logits = encoder_decoder.encoder_decoder(parameters, **inputs, config=config).logits
    dlogits = cross_entropy.mean_cross_entropy_backward(np.ones(()), logits, labels["labels"])
    gradient = encoder_decoder.encoder_decoder_backward(
        dlogits, parameters, **inputs, config=config
    )
    return named_as(ENCODER_DECODER, gradient)


MODELS = {name: partial(_with_head, name) for name in bert.HEADS}
MODELS |= {"BertModel": _bert, GPT: _gpt, ENCODER_DECODER: _encoder_decoder}
MODEL_GRADIENTS = {name: partial(_with_head_gradient, name) for name in bert.HEADS}
MODEL_GRADIENTS |= {"BertModel": _bert_gradient, GPT: _gpt_gradient}
MODEL_GRADIENTS |= {ENCODER_DECODER: _encoder_decoder_gradient}
