import dataclasses
import json

import pytest
from tiny import tiny_config

from zen_transformer.errors import UserError
from zen_transformer.models.bert_config import BertConfig


def test_defaults_are_bert_base_as_huggingface_has_it(transformers):
    theirs = transformers.BertConfig()
    only_here = {"label_names", "pooling"}
    for field in dataclasses.fields(BertConfig):
        if field.name not in only_here:
            assert getattr(BertConfig(), field.name) == getattr(theirs, field.name), field.name


def test_head_dim():
    assert BertConfig().head_dim == 64


@pytest.mark.parametrize("changes", [{}, {"num_labels": 3}, {"pooling": "mean"}])
def test_survives_json(changes):
    config = tiny_config(**changes)
    again = BertConfig.from_dict(json.loads(json.dumps(config.to_dict())))
    assert again == config


def test_label_names_survive_json_in_the_order_of_their_numbers():
    names = tuple(f"class {i}" for i in range(11))
    fields = tiny_config(num_labels=11, label_names=names).to_dict()
    assert fields["label2id"]["class 10"] == 10
    # As text "10" comes before "2".
    fields["id2label"] = dict(sorted(fields["id2label"].items()))
    assert BertConfig.from_dict(fields).label_names == names


def test_huggingface_reads_what_we_write(transformers):
    config = tiny_config(num_labels=3, layer_norm_eps=1e-5, hidden_act="gelu_new")
    theirs = transformers.BertConfig(**config.to_dict())
    assert theirs.num_labels == 3
    assert theirs.id2label[2] == "LABEL_2"
    assert (theirs.layer_norm_eps, theirs.hidden_act) == (1e-5, "gelu_new")


def test_we_read_what_huggingface_writes(transformers):
    theirs = transformers.BertConfig(hidden_size=24, num_attention_heads=3, num_labels=4)
    ours = BertConfig.from_dict(json.loads(theirs.to_json_string(use_diff=False)))
    assert (ours.hidden_size, ours.num_attention_heads, ours.num_labels) == (24, 3, 4)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"num_attention_heads": 3}, ["hidden_size 8", "num_attention_heads 3", "choose"]),
        ({"num_attention_heads": 0}, ["num_attention_heads is 0", "at least 1"]),
        ({"hidden_act": "swish"}, ["hidden_act", "'swish'", "gelu, gelu_new, relu"]),
        ({"pooling": "median"}, ["pooling", "'median'", "cls, mean, max"]),
        ({"num_hidden_layers": 0}, ["num_hidden_layers is 0", "at least 1"]),
        ({"vocab_size": -5}, ["vocab_size is -5", "at least 1"]),
        ({"hidden_size": 8.5}, ["hidden_size is 8.5", "whole number"]),
        ({"hidden_dropout_prob": 1.0}, ["hidden_dropout_prob is 1.0", "from 0 to"]),
        ({"layer_norm_eps": "1e-5"}, ["layer_norm_eps is '1e-5'", "a number"]),
        ({"initializer_range": None}, ["initializer_range is None", "a number"]),
        ({"hidden_act": None}, ["hidden_act is None", "gelu, gelu_new, relu"]),
        ({"classifier_dropout": 1.5}, ["classifier_dropout is 1.5", "from 0 to"]),
        ({"pad_token_id": 16}, ["pad_token_id 16", "vocabulary of 16"]),
        ({"num_labels": 3, "label_names": ("a", "b")}, ["2 of 3 labels"]),
    ],
)
def test_what_cannot_work_is_an_error_that_names_it(changes, said):
    with pytest.raises(UserError) as error:
        tiny_config(**changes)
    for words in said:
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hiden_size": 8}, ["unknown field", "hiden_size", "known: ", "hidden_size"]),
        ({"position_embedding_type": "relative_key"}, ["relative_key", "absolute"]),
        ({"is_decoder": True}, ["is_decoder"]),
        ({"model_type": "gpt2"}, ["model_type is 'gpt2'", "'bert'"]),
        ({"tie_word_embeddings": False}, ["tie_word_embeddings is false"]),
        ({"pruned_heads": {"0": [1]}}, ["pruned_heads"]),
        ({"id2label": ["a", "b"]}, ["id2label is ['a', 'b']", "0, 1, 2"]),
        ({"id2label": {"0": "a", "2": "b"}}, ["id2label", "0, 1, 2"]),
    ],
)
def test_a_file_that_asks_for_something_else_is_an_error(fields, said):
    with pytest.raises(UserError) as error:
        BertConfig.from_dict(fields)
    for words in said:
        assert words in str(error.value)


def test_fields_that_change_no_number_are_passed_over():
    fields = {"model_type": "bert", "gradient_checkpointing": False, "use_cache": True}
    assert BertConfig.from_dict(fields) == BertConfig()
