"""What tasks that learn from documents write of their tokenizer."""

import dataclasses
from pathlib import Path

import pytest

from zen_transformer import CharacterTokenizer, WordPieceTokenizer, load_tokenizer
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.task import BertPretraining


@pytest.mark.parametrize("given", [None, 8, 512])
def test_a_run_writes_how_much_its_model_reads(tmp_path: Path, given):
    """Whatever model the vocabulary was made for."""
    settings = BertSettings()
    model = dataclasses.replace(settings.model, max_position_embeddings=128)
    task = BertPretraining(dataclasses.replace(settings, model=model))
    run = RunFolder(tmp_path)
    run.write_json("stages.json", {})
    trained = WordPieceTokenizer.train(["a cat"], 20)
    trained.model_max_length = given
    tokenizer = task.learn_vocabulary(run, lambda: trained)
    assert task.learn_vocabulary(run, lambda: None) == tokenizer
    written = load_tokenizer(run.model)
    assert written.model_max_length == 128
    assert len(written.encode("a cat " * 80, truncation=True)) == 128


@pytest.mark.parametrize(("given", "limit"), [(None, 512), (128, 128), (1024, 512)])
def test_a_smaller_limit_is_kept(given, limit):
    tokenizer = CharacterTokenizer.train(["a cat"], 20)
    tokenizer.model_max_length = given
    tokenizer.limit_length(EncoderDecoderConfig().max_position_embeddings)
    assert tokenizer.model_max_length == limit
