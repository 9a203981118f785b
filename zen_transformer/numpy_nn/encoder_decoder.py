"""The encoder–decoder: one text in, another out.  Vaswani et al. 2017, section 3.

    C      = encoder(s T[w] + P[i])                  attention to all tokens of the source
    h      = decoder(s T[v] + P[j], C)               causal attention to the target, attention to C
    logits = h Tᵀ (+ b)                              the next token of the target

Source, target and output share the table T. s is √hidden or 1; P is sinusoidal (positions.py) or
learned; where the embeddings have a `norm`, a LayerNorm follows the sum.
"""

import math
from typing import Any, NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, Int, Shaped

from zen_transformer.numpy_nn.embeddings import embedding, embedding_backward
from zen_transformer.numpy_nn.linear import Weights
from zen_transformer.numpy_nn.masks import causal_mask, padding_mask
from zen_transformer.numpy_nn.normalization import layer_norm, layer_norm_backward
from zen_transformer.numpy_nn.positions import sinusoidal_positions
from zen_transformer.numpy_nn.stack import (
    BlockConfig,
    ContextStates,
    StackActivations,
    stack,
    stack_backward,
)

Ids = Int[np.ndarray, "batch length"]
Mask = Shaped[np.ndarray, "batch length"]


class EncoderDecoderFields(Protocol):
    """The fields of `EncoderDecoderConfig` that are needed here."""

    @property
    def encoder(self) -> BlockConfig: ...
    @property
    def decoder(self) -> BlockConfig: ...
    @property
    def positions(self) -> str: ...
    @property
    def scale_embedding(self) -> bool: ...
    @property
    def layer_norm_eps(self) -> float: ...


class EncoderDecoderOutput(NamedTuple):
    """The output of an encoder–decoder; the names are HuggingFace's."""

    logits: Float[np.ndarray, "batch length vocab"]
    encoder_last_hidden_state: Float[np.ndarray, "batch source hidden"]
    encoder_hidden_states: list[np.ndarray]
    encoder_attentions: list[np.ndarray]
    decoder_hidden_states: list[np.ndarray]
    decoder_attentions: list[np.ndarray]
    cross_attentions: list[np.ndarray]


def encoder_decoder(
    parameters: Weights,
    input_ids: Ids,
    decoder_input_ids: Ids,
    attention_mask: Mask,
    decoder_attention_mask: Mask,
    config: EncoderDecoderFields,
) -> EncoderDecoderOutput:
    """Compute the logits for the next token of the target at every position.

    Args:
        parameters: `token`, `encoder_embeddings`, `encoder`, `decoder_embeddings` and `decoder`,
            nested as those of the JAX `EncoderDecoderForConditionalGeneration`.
        input_ids: w, the source.
        decoder_input_ids: v, the target shifted by one position.
        attention_mask, decoder_attention_mask: 1 for real tokens, 0 for padding.
        config: the `EncoderDecoderConfig`.
    """
    encoded, decoded = _run(
        parameters, input_ids, decoder_input_ids, attention_mask, decoder_attention_mask, config
    )
    hidden = encoded.states[0].shape[-1]

    def sequences(states: list[np.ndarray], ids: Ids) -> list[np.ndarray]:
        return [state.reshape(*ids.shape, hidden) for state in states]

    encoder_states = sequences(encoded.states, input_ids)
    decoder_states = sequences(decoded.states, decoder_input_ids)
    return EncoderDecoderOutput(
        decoder_states[-1] @ parameters["token"]["table"].T
        + parameters.get("final_logits_bias", 0.0),
        encoder_states[-1],
        encoder_states,
        encoded.attentions,
        decoder_states,
        decoded.attentions,
        decoded.cross_attentions,
    )


def encoder_decoder_backward(
    dlogits: Float[np.ndarray, "batch length vocab"],
    parameters: Weights,
    input_ids: Ids,
    decoder_input_ids: Ids,
    attention_mask: Mask,
    decoder_attention_mask: Mask,
    config: EncoderDecoderFields,
) -> Weights:
    """d parameters, given d logits.

    The gradient goes from the logits through the decoder to its embeddings. All blocks of the
    decoder read C, so dC is the sum over them; it goes on through the encoder. T is used three
    times, in the output and in the embeddings of both sides, so dT is the sum of three gradients.
    """
    inputs = (input_ids, decoder_input_ids, attention_mask, decoder_attention_mask)
    encoded, decoded = _run(parameters, *inputs, config)
    table = parameters["token"]["table"]
    flat = dlogits.reshape(-1, len(table))
    dtable = flat.T @ decoded.states[-1]
    decoder_layers, dx, dcontext = stack_backward(
        flat @ table,
        parameters["decoder"]["layers"],
        decoded.states,
        _target_mask(decoder_attention_mask),
        config.decoder,
        context=ContextStates(encoded.states[-1], padding_mask(attention_mask)),
    )
    assert dcontext is not None  # since a context was given
    encoder_layers, dsource, _ = stack_backward(
        dcontext,
        parameters["encoder"]["layers"],
        encoded.states,
        padding_mask(attention_mask),
        config.encoder,
    )
    gradients: Weights = {
        "encoder": {"layers": encoder_layers},
        "decoder": {"layers": decoder_layers},
    }
    for side, ids, d in (("encoder", input_ids, dsource), ("decoder", decoder_input_ids, dx)):
        name = f"{side}_embeddings"
        dembeddings, dtable_of_side = _embed_backward(
            d.reshape(*ids.shape, -1), parameters.get(name, {}), table, ids, config
        )
        dtable = dtable + dtable_of_side
        gradients |= {name: dembeddings} if dembeddings else {}
    if "final_logits_bias" in parameters:
        gradients["final_logits_bias"] = flat.sum(axis=0, keepdims=True)
    return gradients | {"token": {"table": dtable}}


def _run(
    parameters: Weights,
    input_ids: Ids,
    decoder_input_ids: Ids,
    attention_mask: Mask,
    decoder_attention_mask: Mask,
    config: EncoderDecoderFields,
) -> tuple[StackActivations, StackActivations]:
    """Run the blocks of the encoder and of the decoder."""
    table = parameters["token"]["table"]

    def embed(side: str, ids: Ids) -> np.ndarray:
        x = _embed(parameters.get(f"{side}_embeddings", {}), table, ids, config)
        return x.reshape(-1, table.shape[1])

    source_mask = padding_mask(attention_mask)
    encoded = stack(
        parameters["encoder"]["layers"], embed("encoder", input_ids), source_mask, config.encoder
    )
    decoded = stack(
        parameters["decoder"]["layers"],
        embed("decoder", decoder_input_ids),
        _target_mask(decoder_attention_mask),
        config.decoder,
        context=ContextStates(encoded.states[-1], source_mask),
    )
    return encoded, decoded


def _target_mask(attention_mask: Mask) -> np.ndarray:
    return padding_mask(attention_mask) & causal_mask(attention_mask.shape[1])


def _embed(
    parameters: Weights, table: np.ndarray, ids: Ids, config: EncoderDecoderFields
) -> np.ndarray:
    """LayerNorm(s T[w] + P[i]), or the sum alone if `parameters`, those of one side's embeddings,
    have no `norm`."""
    x = _summed(parameters, table, ids, config)
    if "norm" not in parameters:
        return x
    return layer_norm(x, **parameters["norm"], epsilon=config.layer_norm_eps)


def _summed(
    parameters: Weights, table: np.ndarray, ids: Ids, config: EncoderDecoderFields
) -> np.ndarray:
    """s T[w] + P[i]."""
    length, hidden = ids.shape[1], table.shape[1]
    if "position" in parameters:
        positions = parameters["position"]["table"][:length]
    else:
        positions = sinusoidal_positions(length, hidden, config.positions == "sinusoidal-halves")
    return _scale(table, config) * embedding(table, ids) + positions


def _embed_backward(
    dy: np.ndarray, parameters: Weights, table: np.ndarray, ids: Ids, config: EncoderDecoderFields
) -> tuple[Weights, np.ndarray]:
    """d parameters and dT.  y = LayerNorm(x), x = s T[w] + P[i]: dT gets s dx through the lookup;
    row i of P is used in every sequence, so dP_i is the sum of dx over the batch."""
    gradients: dict[str, Any] = {}
    if "norm" in parameters:
        x = _summed(parameters, table, ids, config)
        dy, dscale, dbias = layer_norm_backward(
            dy, x, **parameters["norm"], epsilon=config.layer_norm_eps
        )
        gradients["norm"] = {"scale": dscale, "bias": dbias}
    if "position" in parameters:
        dpositions = np.zeros_like(parameters["position"]["table"])
        dpositions[: ids.shape[1]] = dy.sum(axis=0)
        gradients["position"] = {"table": dpositions}
    return gradients, _scale(table, config) * embedding_backward(dy, table, ids)


def _scale(table: np.ndarray, config: EncoderDecoderFields) -> float:
    return math.sqrt(table.shape[1]) if config.scale_embedding else 1.0
