"""A model and its tokenizer are held against each other, whatever is read."""

from pathlib import Path

import pytest
from flax import nnx
from tiny import tiny_config

from zen_transformer import (
    BertForSequenceClassification,
    EncoderDecoderConfig,
    EncoderDecoderForConditionalGeneration,
    GPTConfig,
    GPTForCausalLM,
    UserError,
    WordPieceTokenizer,
)
from zen_transformer.commands.classify import classify
from zen_transformer.commands.compare import compare
from zen_transformer.commands.export import export
from zen_transformer.commands.fill_mask import fill_mask
from zen_transformer.commands.generate import generate
from zen_transformer.commands.tag import tag
from zen_transformer.commands.translate import translate
from zen_transformer.inference.loading import load, load_gpt
from zen_transformer.tokenizers.characters import CharacterTokenizer

SAID = "the tokenizer has .* pieces, the model .* they do not belong together"
LETTERS = "abcdefghijklmnopqrst"


def characters(folder: Path) -> int:
    """Write a tokenizer of single characters; the number of its pieces."""
    tokenizer = CharacterTokenizer.train([LETTERS])
    tokenizer.save_pretrained(folder)
    return tokenizer.vocab_size


@pytest.mark.parametrize("missing", [1, 0, -3])
def test_a_gpt_has_a_vector_for_every_piece(tmp_path, missing):
    count = characters(tmp_path)
    sizes = {"n_positions": 8, "n_embd": 4, "n_layer": 1, "n_head": 1}
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    config = GPTConfig(vocab_size=count - missing, **sizes, **ends)
    GPTForCausalLM(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path)
    if missing > 0:
        with pytest.raises(UserError, match=SAID):
            load_gpt(tmp_path)
    else:
        assert load_gpt(tmp_path)[1].vocab_size == count


def test_an_encoder_decoder_has_a_vector_for_every_piece(tmp_path):
    config = EncoderDecoderConfig(
        vocab_size=characters(tmp_path) - 1,
        d_model=4,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=1,
        decoder_attention_heads=1,
        encoder_ffn_dim=4,
        decoder_ffn_dim=4,
        max_position_embeddings=8,
    )
    model = EncoderDecoderForConditionalGeneration(config, rngs=nnx.Rngs(0))
    model.save_pretrained(tmp_path)
    with pytest.raises(UserError, match=SAID):
        translate(("a",), tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"), [({"vocab_size": 9}, SAID), ({"pad_token_id": 3}, r"\[PAD\] is 0")]
)
def test_a_bert_has_a_vector_for_every_piece(tmp_path, changes, said):
    special = WordPieceTokenizer.special_tokens
    tokenizer = WordPieceTokenizer([*special, *LETTERS[: 16 - len(special)]])
    model = BertForSequenceClassification(tiny_config(**changes), rngs=nnx.Rngs(0))
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(UserError, match=said):
        load(BertForSequenceClassification, tmp_path, "classifier")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda path: generate("a", path), "`zen-transformer pretrain --task causal-lm` makes"),
        (lambda path: translate(("a",), path), "--task seq2seq --preset translation` makes one"),
        (lambda path: fill_mask(("a [MASK]",), path), "`zen-transformer quickstart` makes one"),
        (lambda path: classify(("a",), path), "`zen-transformer quickstart` makes one"),
        (lambda path: compare(str(path), str(path)), "or name the folder of a model or a run$"),
        (lambda path: export(path, Path("out")), "no such folder; name that of a run"),
    ],
)
def test_who_has_no_model_is_told_what_makes_one(tmp_path, ask, said):
    with pytest.raises(UserError, match=said):
        ask(tmp_path / "none")


@pytest.fixture
def gpt_run(tmp_path):
    """A run that has made a GPT."""
    config = GPTConfig(vocab_size=8, n_positions=8, n_embd=4, n_layer=1, n_head=1)
    GPTForCausalLM(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path / "model")
    (tmp_path / "config.json").write_text('{"task": "causal-lm", "pretraining": {}}')
    (tmp_path / "stages.json").write_text('{"pretraining": 1.0}')
    (tmp_path / "summary.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda run: fill_mask(("a [MASK]",), run), "holds a GPT, with which `generate` continues"),
        (lambda run: classify(("a",), run), "holds a GPT, with which `generate` continues"),
        (lambda run: tag(("a",), run), "holds a GPT, with which `generate` continues"),
        (lambda run: translate(("a",), run), "holds a GPT, with which `generate` continues"),
        (lambda run: export(run, Path("out"), "classifier"), "choose --part from model$"),
    ],
)
def test_another_model_than_the_one_needed_says_what_it_is_for(gpt_run, ask, said):
    with pytest.raises(UserError, match=said):
        ask(gpt_run)
