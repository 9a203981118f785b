"""The encoder–decoder: one text in, another out.  Vaswani et al. 2017, section 3.

    C      = encoder(s T[w] + P[i])                  attention to all tokens of the source
    h      = decoder(s T[v] + P[j], C)               causal attention to the target, attention to C
    logits = h Tᵀ (+ b)                              the next token of the target

Source, target and output share the table T (section 3.4). s = √d_model, and P is sinusoidal
(layers/positions.py). As in BART (Lewis et al. 2020), P can be learned instead, s be 1, and a
LayerNorm follow the sum; then the encoder can be initialised with the weights of a BERT. Only
converted Marians have b, their `final_logits_bias`.
"""

import dataclasses
import math
from pathlib import Path
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Shaped

from zen_transformer.checkpoints.layouts import ENCODER_DECODER
from zen_transformer.errors import UserError
from zen_transformer.layers.cross_entropy import IGNORED
from zen_transformer.layers.dropout import PRNGKeys, random_dropout, split_key
from zen_transformer.layers.embeddings import Embedding, embedding
from zen_transformer.layers.masks import causal_mask, padding_mask
from zen_transformer.layers.normalization import LayerNorm
from zen_transformer.layers.positions import sinusoidal_positions
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.models.inputs import Ids, as_ids, as_mask, as_rows, check_length
from zen_transformer.models.losses import class_loss
from zen_transformer.models.outputs import Seq2SeqLMOutput, as_requested
from zen_transformer.models.pretrained import PretrainedModel, check_dtype
from zen_transformer.models.stack import Cache, Context, Stack, StackOutput

Mask = Shaped[Array | np.ndarray, "batch keys"]
States = Float[Array, "batch length hidden"]
HALF_ROUNDING = 1e-3
"""By so much numbers up to 1 may differ in a file of half precision."""


class Embeddings(nnx.Module):
    """The embeddings of one side; T is an argument, since both sides share it. Owns P if it is
    learned, and the LayerNorm if there is one."""

    def __init__(self, config: EncoderDecoderConfig, *, rngs: nnx.Rngs, dtype: Any):
        hidden, places = config.d_model, config.max_position_embeddings
        self.kind, self.hidden, self.places = config.positions, hidden, places
        if self.kind == "learned":
            weights = {"stddev": config.init_std, "rngs": rngs, "dtype": dtype}
            self.position = Embedding(places, hidden, **weights)
        self.norm = (
            LayerNorm(hidden, epsilon=config.layer_norm_eps, dtype=dtype)
            if config.normalize_embedding
            else None
        )
        self.scale = math.sqrt(hidden) if config.scale_embedding else 1.0
        self.dropout_rate = config.dropout

    def positions(self) -> Float[Array, "places hidden"]:
        """P."""
        if self.kind == "learned":
            return self.position.table[...]
        return sinusoidal_positions(self.places, self.hidden, self.kind == "sinusoidal-halves")

    def __call__(
        self, token_vectors: States, position_ids: Any, *, key: PRNGKeys | None = None
    ) -> States:
        """Dropout(s T[w] + P[i]), given T[w]; with a LayerNorm of the sum if there is one."""
        places = embedding(self.positions(), jnp.asarray(position_ids)).astype(token_vectors.dtype)
        x = self.scale * token_vectors + places
        return random_dropout(x if self.norm is None else self.norm(x), key, self.dropout_rate)


class EncoderDecoderForConditionalGeneration(PretrainedModel):
    """An encoder–decoder with the logits for the next token of the target."""

    config_class, layout = EncoderDecoderConfig, ENCODER_DECODER
    config: EncoderDecoderConfig

    def __init__(self, config: EncoderDecoderConfig, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        dtype = check_dtype(dtype)
        self.config = config
        weights: dict[str, Any] = {"rngs": rngs, "dtype": dtype}
        self.token = Embedding(
            config.vocab_size,
            config.d_model,
            stddev=config.init_std,
            padding_id=config.pad_token_id,
            **weights,
        )
        self.encoder_embeddings = Embeddings(config, **weights)
        self.encoder = Stack(config.encoder, **weights)
        self.decoder_embeddings = Embeddings(config, **weights)
        self.decoder = Stack(config.decoder, cross_attention=True, **weights)
        if config.logits_bias:
            self.final_logits_bias = nnx.Param(jnp.zeros((1, config.vocab_size), dtype))

    @classmethod
    def with_tensors(
        cls, config: EncoderDecoderConfig, tensors: dict[str, np.ndarray], path: Path
    ) -> tuple[EncoderDecoderConfig, dict[str, np.ndarray]]:
        """Read b where it is not 0, and compare sinusoidal positions with ours.

        Raises:
            UserError: a file's positions are others.
        """
        if np.any(tensors.get("final_logits_bias", 0)):
            config = dataclasses.replace(config, logits_bias=True)
        if config.positions == "learned":
            return config, tensors
        shape = config.max_position_embeddings, config.d_model
        ours = sinusoidal_positions(*shape, config.positions == "sinusoidal-halves")
        tables = {name for name in tensors if name.endswith("embed_positions.weight")}
        for name in tables:
            theirs = np.asarray(tensors[name], np.float64)
            if theirs.shape != shape or not np.allclose(theirs, ours, rtol=0, atol=HALF_ROUNDING):
                raise UserError(
                    f"{path}: {name} is not the table of sinusoidal positions {shape} that is "
                    "computed here: only models with these, or with learned ones, are implemented"
                )
        return config, {name: array for name, array in tensors.items() if name not in tables}

    @classmethod
    def from_bert(
        cls, bert: BertModel, *, rngs: nnx.Rngs, dtype: Any = jnp.float32, **changes: Any
    ) -> Self:
        """Build a model whose encoder has the weights of a BERT; the decoder is new. The encoder
        then returns the BERT's `last_hidden_state` for a text of one segment.

        Args:
            bert: source of the encoder's weights and config.
            rngs: randomness of the decoder's initial weights.
            dtype: of the parameters.
            changes: fields of the config other than the encoder's, such as `decoder_layers=2`.
        """
        source = bert.config
        heads, inner = source.num_attention_heads, source.intermediate_size
        fields: dict[str, Any] = {
            "vocab_size": source.vocab_size,
            "d_model": source.hidden_size,
            "encoder_layers": source.num_hidden_layers,
            "decoder_layers": source.num_hidden_layers,
            "encoder_attention_heads": heads,
            "decoder_attention_heads": heads,
            "encoder_ffn_dim": inner,
            "decoder_ffn_dim": inner,
            "activation_function": source.hidden_act,
            "dropout": source.hidden_dropout_prob,
            "attention_dropout": source.attention_probs_dropout_prob,
            "max_position_embeddings": source.max_position_embeddings,
            "positions": "learned",
            "scale_embedding": False,
            "normalize_embedding": True,
            "layer_norm_eps": source.layer_norm_eps,
            "init_std": source.initializer_range,
            "pad_token_id": source.pad_token_id,
        }
        model = cls(EncoderDecoderConfig(**fields | changes), rngs=rngs, dtype=dtype)
        tables = bert.embeddings
        first_segment = tables.segment.table[...][0]
        model.token.table[...] = tables.token.table[...].astype(dtype)
        positions = (tables.position.table[...] + first_segment).astype(dtype)
        model.encoder_embeddings.position.table[...] = positions
        for module, source_module in (
            (model.encoder_embeddings.norm, tables.norm),
            (model.encoder, bert.encoder),
        ):
            values = jax.tree.map(lambda x: x.astype(dtype), nnx.state(source_module, nnx.Param))
            nnx.update(module, values)
        return model

    def __call__(
        self,
        input_ids: Ids,
        decoder_input_ids: Ids | None = None,
        attention_mask: Mask | None = None,
        decoder_attention_mask: Mask | None = None,
        *,
        labels: Any = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        return_dict: bool | None = None,
        key: PRNGKeys | None = None,
    ) -> Any:
        """Compute the logits for the next token of the target at every position, and with labels
        the loss.

        Args:
            input_ids: the source.
            decoder_input_ids: the target shifted by one position, after `decoder_start_token_id`;
                made from the labels if not given.
            attention_mask, decoder_attention_mask: 1 for real tokens, 0 for padding; all ones by
                default.
            labels: the target, and -100 where it does not count, as at its padding.
            output_hidden_states, output_attentions: also return those of every block.
            return_dict: if False, return the tuple of the output's fields.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: more tokens than the model has positions, an id outside the vocabulary, or
                neither a target nor labels.
        """
        if decoder_input_ids is None:
            decoder_input_ids = self.shifted_labels(labels)
        encoder_key, decoder_key = split_key(key, 2)
        source_mask = as_mask(attention_mask, "attention_mask", np.shape(input_ids))
        encoded = self._encode(input_ids, source_mask, encoder_key)
        contexts = self.decoder.cross_attention_contexts(
            encoded.states[-1], padding_mask(source_mask)
        )
        output = self.decode(
            decoder_input_ids,
            contexts,
            decoder_attention_mask,
            output_hidden_states=output_hidden_states,
            output_attentions=output_attentions,
            key=decoder_key,
        )
        result = dataclasses.replace(
            output,
            loss=None if labels is None else class_loss(output.logits, labels),
            encoder_last_hidden_state=encoded.states[-1],
            encoder_hidden_states=encoded.states if output_hidden_states else None,
            encoder_attentions=encoded.attentions if output_attentions else None,
        )
        return as_requested(result, return_dict)

    def shifted_labels(self, labels: Any) -> Ids:
        """Return the input of the decoder from which the labels follow: `decoder_start_token_id`
        and the labels without the last, with `pad_token_id` for -100.

        Raises:
            UserError: no labels.
        """
        if labels is None:
            raise UserError("give decoder_input_ids or labels, from which they are made")
        labels = jnp.asarray(as_rows(labels, "labels"), jnp.int32)
        start = jnp.full((len(labels), 1), self.config.decoder_start_token_id, labels.dtype)
        ids = jnp.concatenate([start, labels[:, :-1]], axis=1)
        return jnp.where(ids == IGNORED, self.config.pad_token_id, ids)

    def encode(self, input_ids: Ids, attention_mask: Mask | None = None) -> tuple[Context, ...]:
        """Encode the source: return the keys and values of C for every block of the decoder."""
        mask = as_mask(attention_mask, "attention_mask", np.shape(input_ids))
        states = self._encode(input_ids, mask, None).states
        return self.decoder.cross_attention_contexts(states[-1], padding_mask(mask))

    def decode(
        self,
        decoder_input_ids: Ids,
        contexts: tuple[Context, ...],
        decoder_attention_mask: Mask | None = None,
        *,
        past_key_values: Cache | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        key: PRNGKeys | None = None,
    ) -> Seq2SeqLMOutput:
        """Compute the logits for the next token of the target, given the encoded source.

        Args:
            decoder_input_ids: the target; with a cache only its new tokens.
            contexts: the result of `encode`.
            decoder_attention_mask: 1 for real tokens, 0 for padding; all ones by default. With a
                cache it covers all slots of the cache.
            past_key_values: cache of the earlier tokens (`empty_cache` at first).
            output_hidden_states, output_attentions: also return those of every block.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: more tokens than the model has positions or the cache has room, or an id
                outside the vocabulary.
        """
        cache = past_key_values
        ids = as_ids(decoder_input_ids, "decoder_input_ids", self.config.vocab_size, "vocab_size")
        batch, length = ids.shape
        check_length(length, self.config.max_position_embeddings)
        start, keys = (0, length) if cache is None else (cache.length, cache.capacity)
        real = as_mask(decoder_attention_mask, "decoder_attention_mask", (batch, keys))
        embeddings_key, stack_key = split_key(key, 2)
        position_ids = start + np.arange(length)[None]
        vectors = self.token(ids)
        if cache is not None:
            vectors = cache.check_room(vectors)
        x = self.decoder_embeddings(vectors, position_ids, key=embeddings_key)
        mask = padding_mask(real) & causal_mask(length, keys, start)
        output = self.decoder(x, mask, contexts, cache=cache, key=stack_key)
        logits = output.states[-1] @ self.token.table[...].T
        if self.config.logits_bias:
            logits = logits + self.final_logits_bias[...]
        return Seq2SeqLMOutput(
            logits=logits,
            past_key_values=output.cache,
            decoder_hidden_states=output.states if output_hidden_states else None,
            decoder_attentions=output.attentions if output_attentions else None,
            cross_attentions=output.cross_attentions if output_attentions else None,
        )

    def empty_cache(self, batch: int, capacity: int | None = None) -> Cache:
        """Make an empty cache for the decoder.

        Args:
            batch: number of sequences.
            capacity: tokens of each target that fit; the number of positions by default.

        Raises:
            UserError: a capacity above the number of positions.
        """
        positions = self.config.max_position_embeddings
        capacity = positions if capacity is None else capacity
        check_length(capacity, positions)
        return self.decoder.empty_cache(batch, capacity)

    def _encode(self, input_ids: Ids, mask: Array, key: PRNGKeys | None) -> StackOutput:
        """Run the encoder."""
        ids = as_ids(input_ids, "input_ids", self.config.vocab_size, "vocab_size")
        check_length(ids.shape[1], self.config.max_position_embeddings)
        embeddings_key, stack_key = split_key(key, 2)
        position_ids = np.arange(ids.shape[1])[None]
        x = self.encoder_embeddings(self.token(ids), position_ids, key=embeddings_key)
        return self.encoder(x, padding_mask(mask), key=stack_key)
