"""The Transformer of the first paper: one text in, another out.  Vaswani et al. 2017, section 3.

    C      = encoder(s T[w] + P[i])                  every token of the source sees every other
    h      = decoder(s T[v] + P[j], C)               sees the target up to here, and all of C
    logits = h Tᵀ                                    the next token of the target

One table T for both sides and for the output (section 3.4); s = √d_model, and P of sines
(layers/positions.py). P may be learnt instead, s left out, and a LayerNorm follow the sum, which is
BART's way (Lewis et al. 2020); then BERT's weights can start the encoder.
"""

import math
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Shaped

from zen_transformer.checkpoints.layouts import ENCODER_DECODER
from zen_transformer.layers.dropout import Keys, random_dropout, split_key
from zen_transformer.layers.embeddings import Embedding, embedding
from zen_transformer.layers.masks import causal_mask, padding_mask
from zen_transformer.layers.normalization import LayerNorm
from zen_transformer.layers.positions import sinusoidal_positions
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.models.inputs import Ids, as_ids, check_length, check_shape
from zen_transformer.models.outputs import Seq2SeqLMOutput
from zen_transformer.models.pretrained import PretrainedModel, check_dtype
from zen_transformer.models.stack import Cache, Context, Stack

Mask = Shaped[Array | np.ndarray, "batch keys"]
States = Float[Array, "batch length hidden"]


class Embeddings(nnx.Module):
    """What the tokens of one side become; T is handed in, since both sides share it. Owns P, where
    that is learnt, and the LayerNorm, where there is one."""

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
        self, token_vectors: States, position_ids: Any, *, key: Keys | None = None
    ) -> States:
        """s T[w] + P[i], of the vectors looked up."""
        places = embedding(self.positions(), jnp.asarray(position_ids)).astype(token_vectors.dtype)
        x = self.scale * token_vectors + places
        return random_dropout(x if self.norm is None else self.norm(x), key, self.dropout_rate)


class EncoderDecoderForConditionalGeneration(PretrainedModel):
    """A text in, another out."""

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

    @classmethod
    def from_bert(
        cls, bert: BertModel, *, rngs: nnx.Rngs, dtype: Any = jnp.float32, **changes: Any
    ) -> Self:
        """A model whose encoder is a BERT's, so that it gives the same `last_hidden_state` for a
        text in one segment; the decoder is new.

        Args:
            changes: fields of the config, such as `decoder_layers=2`; those of the encoder are the
                BERT's.
        """
        own = bert.config
        heads, inner = own.num_attention_heads, own.intermediate_size
        fields: dict[str, Any] = {
            "vocab_size": own.vocab_size,
            "d_model": own.hidden_size,
            "encoder_layers": own.num_hidden_layers,
            "decoder_layers": own.num_hidden_layers,
            "encoder_attention_heads": heads,
            "decoder_attention_heads": heads,
            "encoder_ffn_dim": inner,
            "decoder_ffn_dim": inner,
            "activation_function": own.hidden_act,
            "dropout": own.hidden_dropout_prob,
            "attention_dropout": own.attention_probs_dropout_prob,
            "max_position_embeddings": own.max_position_embeddings,
            "positions": "learned",
            "scale_embedding": False,
            "normalize_embedding": True,
            "layer_norm_eps": own.layer_norm_eps,
            "init_std": own.initializer_range,
            "pad_token_id": own.pad_token_id,
        }
        model = cls(EncoderDecoderConfig(**fields | changes), rngs=rngs, dtype=dtype)
        read = bert.embeddings
        first_segment = read.segment.table[...][0]
        model.token.table[...] = read.token.table[...].astype(dtype)
        places = (read.position.table[...] + first_segment).astype(dtype)
        model.encoder_embeddings.position.table[...] = places
        for ours, theirs in (
            (model.encoder_embeddings.norm, read.norm),
            (model.encoder, bert.encoder),
        ):
            values = jax.tree.map(lambda x: x.astype(dtype), nnx.state(theirs, nnx.Param))
            nnx.update(ours, values)
        return model

    def __call__(
        self,
        input_ids: Ids,
        decoder_input_ids: Ids,
        attention_mask: Mask | None = None,
        decoder_attention_mask: Mask | None = None,
        *,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        key: Keys | None = None,
    ) -> Seq2SeqLMOutput:
        """Logits for the target's token after each of `decoder_input_ids`.

        Args:
            input_ids: the source.
            decoder_input_ids: the target, one place later: first `decoder_start_token_id`.
            attention_mask, decoder_attention_mask: 1 for real tokens, 0 for padding; all real if
                not given.
            output_hidden_states, output_attentions: also return those of every block.
            key: randomness of dropout; no key, no dropout.

        Raises:
            UserError: a text longer than there are positions, or an id outside the vocabulary.
        """
        encoder_key, decoder_key = split_key(key, 2)
        source_mask = self._mask(input_ids, attention_mask, "attention_mask")
        encoded = self._read(input_ids, source_mask, encoder_key)
        contexts = self.decoder.look_at(encoded.states[-1], padding_mask(source_mask))
        output = self.decode(
            decoder_input_ids,
            contexts,
            decoder_attention_mask,
            output_hidden_states=output_hidden_states,
            output_attentions=output_attentions,
            key=decoder_key,
        )
        return output._replace(
            encoder_last_hidden_state=encoded.states[-1],
            encoder_hidden_states=encoded.states if output_hidden_states else None,
            encoder_attentions=encoded.attentions if output_attentions else None,
        )

    def encode(self, input_ids: Ids, attention_mask: Mask | None = None) -> tuple[Context, ...]:
        """The source, as every block of the decoder looks at it: computed once for all tokens."""
        mask = self._mask(input_ids, attention_mask, "attention_mask")
        states = self._read(input_ids, mask, None).states
        return self.decoder.look_at(states[-1], padding_mask(mask))

    def decode(
        self,
        decoder_input_ids: Ids,
        contexts: tuple[Context, ...],
        decoder_attention_mask: Mask | None = None,
        *,
        past_key_values: Cache | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
        key: Keys | None = None,
    ) -> Seq2SeqLMOutput:
        """Logits for the token after each, given what `encode` made of the source. With a cache
        (`empty_cache`) only the new tokens are given, and the mask covers the cache's places."""
        cache = past_key_values
        ids = as_ids(decoder_input_ids, "decoder_input_ids", self.config.vocab_size, "vocab_size")
        batch, length = ids.shape
        check_length(length, self.config.max_position_embeddings)
        start, keys = (0, length) if cache is None else (cache.length, cache.capacity)
        if decoder_attention_mask is None:
            decoder_attention_mask = np.ones((batch, keys), bool)
        seen = jnp.asarray(decoder_attention_mask)
        check_shape("decoder_attention_mask", seen.shape, (batch, keys))
        embeddings_key, stack_key = split_key(key, 2)
        places = start + np.arange(length)[None]
        x = self.decoder_embeddings(self.token(ids), places, key=embeddings_key)
        mask = padding_mask(seen) & causal_mask(length, keys, start)
        output = self.decoder(x, mask, contexts, cache=cache, key=stack_key)
        return Seq2SeqLMOutput(
            logits=output.states[-1] @ self.token.table[...].T,
            past_key_values=output.cache,
            decoder_hidden_states=output.states if output_hidden_states else None,
            decoder_attentions=output.attentions if output_attentions else None,
            cross_attentions=output.cross_attentions if output_attentions else None,
        )

    def empty_cache(self, batch: int, capacity: int | None = None) -> Cache:
        """Nothing written yet, and room for `capacity` tokens of the target, as many as there are
        positions if not said."""
        places = self.config.max_position_embeddings
        capacity = places if capacity is None else capacity
        check_length(capacity, places)
        return self.decoder.empty_cache(batch, capacity)

    def _read(self, input_ids: Ids, mask: Any, key: Keys | None) -> Any:
        """The encoder's output."""
        ids = as_ids(input_ids, "input_ids", self.config.vocab_size, "vocab_size")
        check_length(ids.shape[1], self.config.max_position_embeddings)
        embeddings_key, stack_key = split_key(key, 2)
        places = np.arange(ids.shape[1])[None]
        x = self.encoder_embeddings(self.token(ids), places, key=embeddings_key)
        return self.encoder(x, padding_mask(mask), key=stack_key)

    def _mask(self, ids: Ids, mask: Mask | None, name: str) -> Array:
        mask = jnp.ones(np.shape(ids), bool) if mask is None else jnp.asarray(mask)
        check_shape(name, mask.shape, np.shape(ids))
        return mask
