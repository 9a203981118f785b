"""BERT: embeddings and a stack of blocks that look both ways.  Devlin et al. 2019.

x = embeddings(w, s)                      embeddings.py
h = block_L(… block_1(x))                 stack.py
c = pool(h)                               pooling.py

The heads that read h and c are in bert.py.

Dropout (dropout.py) is left out; it would be applied after the embeddings and to the output of
every sub-layer.
"""

from typing import Any, NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, Int, Shaped

from zen_transformer.numpy_nn.embeddings import (
    embedding,
    embedding_backward,
    sum_embeddings,
    sum_embeddings_backward,
)
from zen_transformer.numpy_nn.linear import Weights
from zen_transformer.numpy_nn.masks import padding_mask
from zen_transformer.numpy_nn.pooling import (
    cls_pooling,
    cls_pooling_backward,
    max_pooling,
    max_pooling_backward,
    mean_pooling,
    mean_pooling_backward,
)
from zen_transformer.numpy_nn.stack import BlockConfig, stack, stack_backward

Ids = Int[np.ndarray, "batch length"]


class EncoderConfig(BlockConfig, Protocol):
    """The fields of `BertConfig` that are needed here."""

    @property
    def pooling(self) -> str: ...


class BertOutput(NamedTuple):
    """The output of the encoder; the names are HuggingFace's."""

    last_hidden_state: Float[np.ndarray, "batch length hidden"]
    pooler_output: Float[np.ndarray, "batch hidden"] | None  # None without a pooler
    hidden_states: list[np.ndarray]
    attentions: list[np.ndarray]


def bert(
    parameters: Weights,
    input_ids: Ids | None,
    attention_mask: Shaped[np.ndarray, "batch length"],
    token_type_ids: Ids,
    position_ids: Int[np.ndarray, "#batch length"],
    config: EncoderConfig,
    inputs_embeds: Float[np.ndarray, "batch length hidden"] | None = None,
) -> BertOutput:
    """Compute the hidden vectors of every token and one vector for the whole sequence.

    Args:
        parameters: `embeddings`, `encoder` and, for the pooling "cls", `pooler`, nested as those of
            the JAX `BertModel`.
        input_ids: w; None if `inputs_embeds` is given.
        attention_mask: 1 for real tokens, 0 for padding.
        token_type_ids: s, the segments.
        position_ids: i.
        config: the `BertConfig`.
        inputs_embeds: vectors in place of T[w].
    """
    batch, length = attention_mask.shape
    looked_up = _looked_up(parameters, input_ids, position_ids, token_type_ids, inputs_embeds)
    x = sum_embeddings(*looked_up, **_embedding_norm(parameters, config))
    states, attentions, _ = stack(
        parameters["encoder"]["layers"],
        x.reshape(batch * length, -1),
        padding_mask(attention_mask),
        config,
    )
    states = [state.reshape(x.shape) for state in states]
    pool, _ = _pooling(parameters, attention_mask, config)
    return BertOutput(states[-1], pool(states[-1]), states, attentions)


def bert_backward(
    dhidden: Float[np.ndarray, "batch length hidden"],
    dpooled: Float[np.ndarray, "batch hidden"] | None,
    parameters: Weights,
    input_ids: Ids | None,
    attention_mask: Shaped[np.ndarray, "batch length"],
    token_type_ids: Ids,
    position_ids: Int[np.ndarray, "#batch length"],
    config: EncoderConfig,
    inputs_embeds: Float[np.ndarray, "batch length hidden"] | None = None,
) -> Weights:
    """d parameters, given d last_hidden_state and d pooler_output.

    The pooler reads the last hidden state, so its gradient is added to `dhidden`. Then come the
    blocks, the last one first, and the three tables.
    """
    inputs = (input_ids, attention_mask, token_type_ids, position_ids)
    states = bert(parameters, *inputs, config, inputs_embeds).hidden_states
    shape = states[-1].shape
    _, pool_backward = _pooling(parameters, attention_mask, config)
    from_pooler, pooler = pool_backward(dpooled, states[-1])
    layers, dx, _ = stack_backward(
        (dhidden + from_pooler).reshape(-1, shape[-1]),
        parameters["encoder"]["layers"],
        [state.reshape(-1, shape[-1]) for state in states],
        padding_mask(attention_mask),
        config,
    )
    looked_up = _looked_up(parameters, input_ids, position_ids, token_type_ids, inputs_embeds)
    dtoken, dposition, dsegment, dscale, dbias = sum_embeddings_backward(
        dx.reshape(shape), *looked_up, **_embedding_norm(parameters, config)
    )
    tables = parameters["embeddings"]
    lookups = {
        "token": (dtoken, input_ids),
        "position": (dposition, position_ids),
        "segment": (dsegment, token_type_ids),
    }
    embeddings: Weights = {
        name: {"table": _table_backward(d, tables[name]["table"], ids)}
        for name, (d, ids) in lookups.items()
    }
    embeddings["norm"] = {"scale": dscale, "bias": dbias}
    return {"embeddings": embeddings, "encoder": {"layers": layers}} | pooler


def _looked_up(
    parameters: Weights,
    input_ids: Ids | None,
    position_ids: Int[np.ndarray, "#batch length"],
    token_type_ids: Ids,
    inputs_embeds: Float[np.ndarray, "batch length hidden"] | None,
) -> tuple[Any, Any, Any]:
    """T[w] (or the vectors in its place), P[i] and S[s]."""
    token, position, segment = (
        parameters["embeddings"][name]["table"] for name in ("token", "position", "segment")
    )
    return (
        embedding(token, input_ids) if input_ids is not None else inputs_embeds,
        embedding(position, position_ids),
        embedding(segment, token_type_ids),
    )


def _table_backward(
    dy: np.ndarray, table: np.ndarray, ids: Int[np.ndarray, "#batch length"] | None
) -> np.ndarray:
    """dT; 0 if no ids were looked up."""
    return np.zeros_like(table) if ids is None else embedding_backward(dy, table, ids)


def _embedding_norm(parameters: Weights, config: EncoderConfig) -> dict[str, Any]:
    return parameters["embeddings"]["norm"] | {"epsilon": config.layer_norm_eps}


def _pooling(
    parameters: Weights, attention_mask: np.ndarray, config: EncoderConfig
) -> tuple[Any, Any]:
    """The pooling function of the config, and its backward function, which returns dh and d
    parameters."""
    if config.pooling == "cls" and "pooler" not in parameters:
        return lambda h: None, lambda dc, h: (0.0, {})
    if config.pooling == "cls":
        dense = parameters["pooler"]["dense"]

        def backward(dc, h):
            dh, dkernel, dbias = cls_pooling_backward(dc, h, **dense)
            return dh, {"pooler": {"dense": {"kernel": dkernel, "bias": dbias}}}

        return lambda h: cls_pooling(h, **dense), backward
    forward, back = {
        "mean": (mean_pooling, mean_pooling_backward),
        "max": (max_pooling, max_pooling_backward),
    }[config.pooling]
    return (
        lambda h: forward(h, attention_mask),
        lambda dc, h: (back(dc, h, attention_mask), {}),
    )
