"""Floating-point operations (FLOPs) of the matrix products of a forward pass, per token.

    a block                2 (4 D² + 2 D F + 2 S D)       W_q, W_k, W_v, W_o; W_1, W_2; Q Kᵀ, A V
    its cross-attention    2 (2 D² + 2 D² S/T + 2 S D)    W_q, W_o; W_k, W_v; Q Kᵀ, A V
    output                 2 D V                          h Tᵀ
    masked words           2 (D² + D V) k/S               the head's transform, then t Tᵀ

D is the hidden size, F the width of the feed-forward network, V the vocabulary, S the tokens of a
sequence, of which k are masked, T the tokens of a target that reads S tokens of a source. A
multiplication and an addition are two operations. The backward pass has twice as many
(Chowdhery et al. 2022, appendix B). What is left out is small: embeddings, LayerNorm, softmax,
activations, and what is computed once for a whole sequence, the pooler and the classifiers.
"""

from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.models.stack import StackConfig


def bert_flops_per_token(config: BertConfig, length: int, predictions: float) -> float:
    """Count the FLOPs of a BERT that predicts masked words.

    Args:
        config: shape of the model.
        length: S, tokens of a sequence.
        predictions: k, masked tokens of a sequence; 0 for the encoder alone.
    """
    hidden, vocab = config.hidden_size, config.vocab_size
    head = 2 * (hidden**2 + hidden * vocab)
    return _stack_flops_per_token(config, length) + predictions / length * head


def gpt_flops_per_token(config: GPTConfig, length: int) -> float:
    """Count the FLOPs of a GPT that predicts the next token at each of `length` places. Its
    attention computes the scores of all pairs of tokens, those that the mask hides included."""
    return _stack_flops_per_token(config, length) + 2 * config.hidden_size * config.vocab_size


def encoder_decoder_flops_per_token(
    config: EncoderDecoderConfig, source_length: int, target_length: int
) -> float:
    """Count the FLOPs of an encoder–decoder per token of the source, the target's included.

    Args:
        config: shape of the model.
        source_length, target_length: S and T, tokens of both sides, padding included.
    """
    hidden = config.d_model
    ratio = target_length / source_length
    keys_and_values = 2 * 2 * hidden**2
    queries_and_products = 2 * (2 * hidden**2 + 2 * source_length * hidden)
    cross = config.decoder_layers * (keys_and_values + ratio * queries_and_products)
    decoder = _stack_flops_per_token(config.decoder, target_length) + 2 * hidden * config.vocab_size
    return _stack_flops_per_token(config.encoder, source_length) + ratio * decoder + cross


def _stack_flops_per_token(config: StackConfig, length: int) -> int:
    hidden = config.hidden_size
    block = 4 * hidden**2 + 2 * hidden * config.intermediate_size + 2 * length * hidden
    return 2 * config.num_hidden_layers * block
