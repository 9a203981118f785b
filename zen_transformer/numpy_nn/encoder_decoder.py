"""The Transformer of the first paper: one text in, another out.  Vaswani et al. 2017, section 3.

    C      = encoder(s T[w] + P[i])                  every token of the source sees every other
    h      = decoder(s T[v] + P[j], C)               sees the target up to here, and all of C
    logits = h Tᵀ                                    the next token of the target

One table T for both sides and for the output; s = √hidden or 1, P of sines (positions.py) or
learnt, and where the embeddings have a `norm`, a LayerNorm follows the sum.
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
from zen_transformer.numpy_nn.stack import Context, Shape, StackOutput, stack, stack_backward

Ids = Int[np.ndarray, "batch length"]
Mask = Shaped[np.ndarray, "batch length"]


class Config(Protocol):
    """The fields of `EncoderDecoderConfig` that are needed here."""

    @property
    def encoder(self) -> Shape: ...
    @property
    def decoder(self) -> Shape: ...
    @property
    def positions(self) -> str: ...
    @property
    def scale_embedding(self) -> bool: ...
    @property
    def layer_norm_eps(self) -> float: ...


class EncoderDecoderOutput(NamedTuple):
    """The logits for the target's token after each; the names are HuggingFace's."""

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
    config: Config,
) -> EncoderDecoderOutput:
    """`parameters` has `token`, `encoder_embeddings`, `encoder`, `decoder_embeddings` and
    `decoder`, nested as those of `EncoderDecoderForConditionalGeneration` are."""
    encoded, decoded = _run(
        parameters, input_ids, decoder_input_ids, attention_mask, decoder_attention_mask, config
    )
    hidden = encoded.states[0].shape[-1]

    def rows(states: list[np.ndarray], ids: Ids) -> list[np.ndarray]:
        return [state.reshape(*ids.shape, hidden) for state in states]

    read, written = rows(encoded.states, input_ids), rows(decoded.states, decoder_input_ids)
    return EncoderDecoderOutput(
        written[-1] @ parameters["token"]["table"].T,
        read[-1],
        read,
        encoded.attentions,
        written,
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
    config: Config,
) -> Weights:
    """d parameters, given d logits.

    From the logits through the decoder to its embeddings; what its blocks looked at, C, gets the
    sum of what comes back from all of them, and goes on through the encoder. T is used in three
    places, and gets what comes back from the three.
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
        context=Context(encoded.states[-1], padding_mask(attention_mask)),
    )
    assert dcontext is not None  # there is a context
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
        own = parameters.get(f"{side}_embeddings", {})
        found, through_lookup = _embed_backward(d.reshape(*ids.shape, -1), own, table, ids, config)
        dtable = dtable + through_lookup
        gradients |= {f"{side}_embeddings": found} if found else {}
    return gradients | {"token": {"table": dtable}}


def _run(
    parameters: Weights,
    input_ids: Ids,
    decoder_input_ids: Ids,
    attention_mask: Mask,
    decoder_attention_mask: Mask,
    config: Config,
) -> tuple[StackOutput, StackOutput]:
    """What comes out of the encoder's blocks, and of the decoder's."""
    table = parameters["token"]["table"]

    def embed(side: str, ids: Ids) -> np.ndarray:
        x = _embed(parameters.get(f"{side}_embeddings", {}), table, ids, config)
        return x.reshape(-1, table.shape[1])

    seen = padding_mask(attention_mask)
    encoded = stack(
        parameters["encoder"]["layers"], embed("encoder", input_ids), seen, config.encoder
    )
    decoded = stack(
        parameters["decoder"]["layers"],
        embed("decoder", decoder_input_ids),
        _target_mask(decoder_attention_mask),
        config.decoder,
        context=Context(encoded.states[-1], seen),
    )
    return encoded, decoded


def _target_mask(attention_mask: Mask) -> np.ndarray:
    return padding_mask(attention_mask) & causal_mask(attention_mask.shape[1])


def _embed(own: Weights, table: np.ndarray, ids: Ids, config: Config) -> np.ndarray:
    """LayerNorm(s T[w] + P[i]), or the sum alone; `own` are the side's P and its norm."""
    summed = _summed(own, table, ids, config)
    if "norm" not in own:
        return summed
    return layer_norm(summed, **own["norm"], epsilon=config.layer_norm_eps)


def _summed(own: Weights, table: np.ndarray, ids: Ids, config: Config) -> np.ndarray:
    length, hidden = ids.shape[1], table.shape[1]
    if "position" in own:
        places = own["position"]["table"][:length]
    else:
        places = sinusoidal_positions(length, hidden, config.positions == "sinusoidal-halves")
    return _scale(table, config) * embedding(table, ids) + places


def _embed_backward(
    dy: np.ndarray, own: Weights, table: np.ndarray, ids: Ids, config: Config
) -> tuple[Weights, np.ndarray]:
    """d own and dT.  y = LayerNorm(s T[w] + P[i]): the sum hands dy on to both, to T times s; each
    row of P is used once in every text, and gathers over them."""
    gradients: dict[str, Any] = {}
    if "norm" in own:
        summed = _summed(own, table, ids, config)
        dy, dscale, dbias = layer_norm_backward(
            dy, summed, **own["norm"], epsilon=config.layer_norm_eps
        )
        gradients["norm"] = {"scale": dscale, "bias": dbias}
    if "position" in own:
        dplaces = np.zeros_like(own["position"]["table"])
        dplaces[: ids.shape[1]] = dy.sum(axis=0)
        gradients["position"] = {"table": dplaces}
    return gradients, _scale(table, config) * embedding_backward(dy, table, ids)


def _scale(table: np.ndarray, config: Config) -> float:
    return math.sqrt(table.shape[1]) if config.scale_embedding else 1.0
