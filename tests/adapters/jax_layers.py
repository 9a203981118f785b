"""The equations in JAX, whose gradients `jax.vjp` gives."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from reference.models import LABELS, NAMES
from reference.pieces import PIECES, as_tuple

import zen_transformer as zen
from adapters.weights import named_as, nested_as
from zen_transformer.layers import (
    activations,
    attention,
    cross_entropy,
    dropout,
    embeddings,
    feed_forward,
    heads,
    linear,
    normalization,
    pooling,
)
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.stack import Block, Context


def _owner(module: nnx.Module, parameters: Any) -> Any:
    """The module with other parameters, which may be tracers."""
    return nnx.merge(nnx.graphdef(module), parameters)


def _weights(dtype: Any = jnp.float64) -> dict[str, Any]:
    return {"stddev": 1.0, "rngs": nnx.Rngs(0), "dtype": dtype}


def _multi_head_attention(parameters, x, mask, heads, context=None):
    module = attention.MultiHeadAttention(x.shape[-1], heads, dropout_rate=0.0, **_weights())
    module = _owner(module, parameters)
    known = None if context is None else module.keys_and_values(context, len(mask))
    return module(x, mask, known)


def _feed_forward(x, *maps_and_activation):
    *maps, activation = maps_and_activation
    return feed_forward.feed_forward(x, *maps, activations.ACTIVATIONS[activation])


def _block(parameters, x, mask, heads, epsilon, activation, pre_norm, context=None, seen=None):
    config = BertConfig(
        hidden_size=x.shape[-1],
        num_attention_heads=heads,
        intermediate_size=parameters["feed_forward"]["input"]["kernel"].shape[-1],
        layer_norm_eps=epsilon,
        hidden_act=activation,
    )
    kind = {"pre_norm": pre_norm, "cross_attention": context is not None}
    module = _owner(Block(config, **kind, rngs=nnx.Rngs(0), dtype=x.dtype), parameters)
    if context is None:
        return module(x, mask)[:2]
    known = module.cross_attention.keys_and_values(context, len(seen))
    return module(x, mask, Context(known, seen))[:3]


def _masked_lm_head(parameters, hidden_states, table, activation, epsilon):
    vocab, hidden = table.shape
    module = heads.MaskedLMHead(vocab, hidden, activation=activation, epsilon=epsilon, **_weights())
    return _owner(module, parameters)(hidden_states, table)


def _next_sentence_loss(logits, labels):
    total, weight = cross_entropy.cross_entropy(
        logits, labels, jnp.ones(labels.shape, logits.dtype)
    )
    return total / weight


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "linear": linear.linear,
    "embedding": embeddings.embedding,
    "sum_embeddings": embeddings.sum_embeddings,
    "dropout": dropout.dropout,
    **activations.ACTIVATIONS,
    "softmax": attention.softmax,
    "layer_norm": normalization.layer_norm,
    "attention_weights": attention.attention_weights,
    "scaled_dot_product_attention": attention.scaled_dot_product_attention,
    "scaled_dot_product_attention_with_dropout": attention.scaled_dot_product_attention,
    "multi_head_attention": _multi_head_attention,
    "cross_attention": _multi_head_attention,
    "feed_forward": _feed_forward,
    "post_norm_block": _block,
    "pre_norm_block": _block,
    "post_norm_decoder_block": _block,
    "pre_norm_decoder_block": _block,
    "cls_pooling": pooling.cls_pooling,
    "mean_pooling": pooling.mean_pooling,
    "max_pooling": pooling.max_pooling,
    "tied_logits": heads.tied_logits,
    "masked_lm_head": _masked_lm_head,
    "next_sentence_head": linear.linear,
    "log_sum_exp": cross_entropy.log_sum_exp,
    "cross_entropy": cross_entropy.cross_entropy,
    "smoothed_cross_entropy": cross_entropy.cross_entropy,
    "next_sentence_loss": _next_sentence_loss,
}


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | dict)


@cache
def _compiled(name: str, arrays: tuple[bool, ...], wrt: tuple[int, ...]) -> Callable[..., Any]:
    """The results, and the gradients of the first with respect to some of the arguments."""

    @partial(jax.jit, static_argnums=[i + 1 for i, array in enumerate(arrays) if not array])
    def run(dy, *arguments):
        def function(*chosen):
            given = list(arguments)
            for place, value in zip(wrt, chosen, strict=True):
                given[place] = value
            first, *others = as_tuple(FUNCTIONS[name](*given))
            return first, others

        chosen = [arguments[place] for place in wrt]
        first, pull_back, others = jax.vjp(function, *chosen, has_aux=True)
        gradients = None if dy is None else pull_back(dy)
        return (first, *others), gradients

    return run


def _run(name: str, dy: Any, *arguments: Any) -> Any:
    arrays = tuple(map(_is_array, arguments))
    wrt = tuple(PIECES[name].differentiable(arguments))
    with jax.enable_x64(True):
        return jax.device_get(_compiled(name, arrays, wrt)(dy, *arguments))


FORWARD = {name: lambda *a, name=name: _run(name, None, *a)[0] for name in FUNCTIONS}
BACKWARD = {name: lambda dy, *a, name=name: _run(name, dy, *a)[1] for name in FUNCTIONS}


# Whole models


@cache
def _compiled_model(name: str, config: Any) -> Callable[..., Any]:
    """Loss and outputs, and the gradient with respect to the parameters."""
    model = getattr(zen, name)
    graph = nnx.graphdef(nnx.eval_shape(lambda: model(config, rngs=nnx.Rngs(0), dtype=jnp.float64)))

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def run(parameters, inputs, labels):
        output = nnx.merge(graph, parameters)(
            **inputs, output_hidden_states=True, output_attentions=True
        )
        loss = _loss(dict(output), labels)
        return loss, dict(output) | {"loss": loss}

    return run


def _loss(outputs, labels):
    """The cross-entropies of all logits, added up; of start and end HuggingFace takes the mean."""
    if "pooler_output" in labels:
        return sum(jnp.sum(labels[name] * outputs[name]) for name in labels)
    losses = []
    for logits, name in LABELS.items():
        if logits in outputs:
            right = labels[name]
            counted = (right >= 0).astype(float)
            weighted = cross_entropy.cross_entropy(outputs[logits], jnp.maximum(right, 0), counted)
            losses.append(weighted.sum / weighted.weight)
    return sum(losses) / (2 if "start_positions" in labels else 1)


def _run_model(name, config, weights, inputs, labels):
    parameters = nested_as(name, config, weights)
    with jax.enable_x64(True):
        return jax.device_get(_compiled_model(name, config)(parameters, inputs, labels))


def _model(name, *given):
    (_, outputs), _ = _run_model(name, *given)
    return outputs


def _model_gradient(name, *given):
    _, gradient = _run_model(name, *given)
    return named_as(name, gradient)


MODELS = {name: partial(_model, name) for name in NAMES}
MODEL_GRADIENTS = {name: partial(_model_gradient, name) for name in NAMES}
