"""FLOPs beside a list of the matrix products [m, n] [n, k], and beside those that JAX traces."""

import math

import jax
import numpy as np
import pytest
from flax import nnx
from jax.extend.core import jaxprs_in_params

from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.models.flops import (
    bert_flops_per_token,
    encoder_decoder_flops_per_token,
    gpt_flops_per_token,
)
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.models.gpt_config import GPTConfig

D, HEADS, F, V, S, T, K = 8, 2, 12, 24, 6, 5, 2  # T: a target's tokens, K: masked words
BERT = BertConfig(
    vocab_size=V, hidden_size=D, num_hidden_layers=3, num_attention_heads=HEADS, intermediate_size=F
)
GPT = GPTConfig(
    vocab_size=V, n_embd=D, n_layer=3, n_head=HEADS, n_inner=F, bos_token_id=0, eos_token_id=0
)
ENCODER_DECODER = EncoderDecoderConfig(
    vocab_size=V,
    d_model=D,
    encoder_layers=2,
    decoder_layers=3,
    encoder_attention_heads=HEADS,
    decoder_attention_heads=HEADS,
    encoder_ffn_dim=F,
    decoder_ffn_dim=2 * F,
)


def attention(queries: int, keys: int) -> list[tuple[int, int, int]]:
    maps = [(queries, D, D), (keys, D, D), (keys, D, D), (queries, D, D)]
    return maps + HEADS * [(queries, D // HEADS, keys), (queries, keys, D // HEADS)]


def feed_forward(tokens: int, width: int) -> list[tuple[int, int, int]]:
    return [(tokens, D, width), (tokens, width, D)]


def flops(products: list[tuple[int, int, int]]) -> int:
    return sum(2 * math.prod(product) for product in products)


BERT_PRODUCTS = 3 * [*attention(S, S), *feed_forward(S, F)] + [(K, D, D), (K, D, V)]
GPT_PRODUCTS = 3 * [*attention(S, S), *feed_forward(S, F)] + [(S, D, V)]
ENCODER_DECODER_PRODUCTS = [
    *(2 * [*attention(S, S), *feed_forward(S, F)]),
    *(3 * [*attention(T, T), *attention(T, S), *feed_forward(T, 2 * F)]),
    (T, D, V),
]


def test_flops_are_those_of_the_products():
    assert S * bert_flops_per_token(BERT, S, K) == pytest.approx(flops(BERT_PRODUCTS))
    assert S * gpt_flops_per_token(GPT, S) == pytest.approx(flops(GPT_PRODUCTS))
    assert S * encoder_decoder_flops_per_token(ENCODER_DECODER, S, T) == pytest.approx(
        flops(ENCODER_DECODER_PRODUCTS)
    )


def traced_flops(model: nnx.Module, *inputs, **named_inputs) -> int:
    """2 m n k of every matrix product of a call."""
    graph, parameters = nnx.split(model)
    call = jax.make_jaxpr(lambda p: nnx.merge(graph, p)(*inputs, **named_inputs))
    return _products(call(parameters).jaxpr)


def _products(jaxpr) -> int:
    total = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (contracted, _), _ = equation.params["dimension_numbers"]
            inner = math.prod(equation.invars[0].aval.shape[axis] for axis in contracted)
            total += 2 * inner * math.prod(equation.outvars[0].aval.shape)
        total += sum(_products(inner) for inner in jaxprs_in_params(equation.params))
    return total


@pytest.mark.slow
def test_the_products_are_those_that_the_models_compute():
    ids, rngs = np.ones((1, S), np.int32), nnx.Rngs(0)
    bert = BertForPreTraining(BERT, rngs=rngs)
    whole_sequence = [(1, D, D), (1, D, 2)]  # the pooler and the next sentence
    assert traced_flops(bert, ids, masked_positions=np.ones((1, K), np.int32)) == flops(
        BERT_PRODUCTS + whole_sequence
    )
    assert traced_flops(GPTForCausalLM(GPT, rngs=rngs), ids) == flops(GPT_PRODUCTS)
    encoder_decoder = EncoderDecoderForConditionalGeneration(ENCODER_DECODER, rngs=rngs)
    assert traced_flops(encoder_decoder, ids, ids[:, :T]) == flops(ENCODER_DECODER_PRODUCTS)
