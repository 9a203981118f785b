"""The smallest model of each kind in a folder with its tokenizer, to be asked by commands."""

from pathlib import Path

from flax import nnx
from tiny import tiny_config

from zen_transformer import (
    BertForPreTraining,
    BertForSequenceClassification,
    BertForTokenClassification,
    EncoderDecoderConfig,
    EncoderDecoderForConditionalGeneration,
    GPTConfig,
    GPTForCausalLM,
    WordPieceTokenizer,
)
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.characters import BEGINNING, END, PADDING

TEXTS = ["the cat went home .", "the dog ate ."]
BERTS = {
    "bert": (BertForPreTraining, {}),
    "classifier": (BertForSequenceClassification, {"label_names": ("bad", "good")}),
    "tagger": (BertForTokenClassification, {"label_names": ("DT", "NN", "VB", ".")}),
}


def write_models(folder: Path) -> Path:
    """Write the folders bert, classifier, tagger, gpt and translator."""
    pieces = WordPieceTokenizer.train(TEXTS, vocab_size=40)
    for name, (model, fields) in BERTS.items():
        labels = len(fields.get("label_names", "ab"))
        config = tiny_config(
            vocab_size=pieces.vocab_size, max_position_embeddings=32, num_labels=labels, **fields
        )
        model(config, rngs=nnx.Rngs(0)).save_pretrained(folder / name)
        pieces.save_pretrained(folder / name)
    _write_gpt(folder / "gpt")
    _write_translator(folder / "translator")
    return folder


def _write_gpt(folder: Path) -> None:
    tokenizer = ByteLevelBPETokenizer.train(TEXTS, vocab_size=270)
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size,
        n_embd=8,
        n_layer=1,
        n_head=2,
        n_positions=32,
        bos_token_id=tokenizer.eos_id,
        eos_token_id=tokenizer.eos_id,
    )
    GPTForCausalLM(config, rngs=nnx.Rngs(0)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _write_translator(folder: Path) -> None:
    tokenizer = ByteLevelBPETokenizer.train(
        TEXTS,
        vocab_size=280,
        special_tokens=(PADDING, BEGINNING, END),
        eos_token=END,
        bos_token=BEGINNING,
        pad_token=PADDING,
    )
    config = EncoderDecoderConfig(
        vocab_size=tokenizer.vocab_size,
        d_model=8,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_position_embeddings=32,
        pad_token_id=tokenizer.pad_id,
        bos_token_id=tokenizer.bos_id,
        eos_token_id=tokenizer.eos_id,
        decoder_start_token_id=tokenizer.bos_id,
    )
    EncoderDecoderForConditionalGeneration(config, rngs=nnx.Rngs(0)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
