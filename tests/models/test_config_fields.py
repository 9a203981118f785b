"""Every field of HuggingFace's configs: the same answer as theirs, or refused by its name."""

import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from flax import nnx
from tiny import tiny_config

import zen_transformer as zen
from zen_transformer import (
    BertConfig,
    EncoderDecoderConfig,
    EncoderDecoderForConditionalGeneration,
    GPTConfig,
    UserError,
)

SEQ2SEQ_SIZES = {
    "vocab_size": 16,
    "d_model": 8,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 12,
    "decoder_ffn_dim": 12,
    "max_position_embeddings": 12,
    "init_std": 0.5,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 1,
    "forced_eos_token_id": 2,
}
FAMILIES = {
    "Bert": (
        "BertForSequenceClassification",
        {
            "vocab_size": 16,
            "hidden_size": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 12,
            "max_position_embeddings": 12,
            "initializer_range": 0.5,
        },
    ),
    "GPT2": (
        "GPT2LMHeadModel",
        {
            "vocab_size": 16,
            "n_positions": 12,
            "n_embd": 8,
            "n_layer": 1,
            "n_head": 2,
            "initializer_range": 0.5,
            "bos_token_id": 0,
            "eos_token_id": 0,
        },
    ),
    "Marian": ("MarianMTModel", SEQ2SEQ_SIZES),
    "Bart": ("BartForConditionalGeneration", SEQ2SEQ_SIZES),
}
"""The model and the sizes of each family."""
OURS = {"GPT2": "GPTForCausalLM", "Bert": "BertForSequenceClassification"}
ACTIVATIONS = ("relu", "silu", "gelu_python", "gelu_fast", "gelu_pytorch_tanh", "swish", "tanh")
OTHER_VALUES = {
    "vocab_size": (24,),
    "decoder_vocab_size": (24,),
    "hidden_size": (12,),
    "d_model": (12,),
    "n_embd": (12,),
    "hidden_act": ACTIVATIONS,
    "activation_function": ACTIVATIONS,
    "n_inner": (20,),
    "summary_type": ("mean",),
    "summary_activation": ("tanh",),
    "problem_type": ("multi_label_classification", "regression"),
    "classifier_dropout": (0.3,),
    "pad_token_id": (None, 3),
    "bos_token_id": (None, 3),
    "eos_token_id": (None, 3),
    "forced_eos_token_id": (None,),
    "id2label": ({0: "no", 1: "perhaps", 2: "yes"},),
    "label2id": ({"no": 0, "yes": 1},),
    "max_position_embeddings": (20,),
    "n_positions": (20,),
}
"""The other values of fields for which `_another` has none that fits."""
OF_THE_FILE = {"model_type", "architectures", "transformers_version", "dtype", "_name_or_path"}
"""What says which file it is; and `dtype`, since both are read in one."""


def _another(value):
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1 if value % 2 else 2 * value or 1
    return 0.5 * value if value else 0.25


def fields_of(transformers, family):
    """The fields of a family's config, each with its default."""
    return getattr(transformers, f"{family}Config")().to_dict()


CASES = [
    (family, field, value)
    for family, fields in {
        # What transformers 5 has; `test_no_field_is_left_out` compares.
        "Bert": "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size "
        "hidden_act hidden_dropout_prob attention_probs_dropout_prob max_position_embeddings "
        "type_vocab_size initializer_range layer_norm_eps pad_token_id use_cache "
        "classifier_dropout is_decoder add_cross_attention bos_token_id eos_token_id "
        "tie_word_embeddings",
        "GPT2": "vocab_size n_positions n_embd n_layer n_head n_inner activation_function "
        "resid_pdrop embd_pdrop attn_pdrop layer_norm_epsilon initializer_range summary_type "
        "summary_use_proj summary_activation summary_proj_to_labels summary_first_dropout "
        "scale_attn_weights use_cache bos_token_id eos_token_id pad_token_id "
        "scale_attn_by_inverse_layer_idx reorder_and_upcast_attn add_cross_attention "
        "tie_word_embeddings",
        "Marian": "vocab_size decoder_vocab_size max_position_embeddings encoder_layers "
        "encoder_ffn_dim encoder_attention_heads decoder_layers decoder_ffn_dim "
        "decoder_attention_heads encoder_layerdrop decoder_layerdrop use_cache "
        "activation_function d_model dropout attention_dropout activation_dropout init_std "
        "decoder_start_token_id scale_embedding pad_token_id eos_token_id bos_token_id "
        "forced_eos_token_id share_encoder_decoder_embeddings is_decoder tie_word_embeddings",
        "Bart": "vocab_size max_position_embeddings encoder_layers encoder_ffn_dim "
        "encoder_attention_heads decoder_layers decoder_ffn_dim decoder_attention_heads "
        "encoder_layerdrop decoder_layerdrop activation_function d_model dropout "
        "attention_dropout activation_dropout init_std classifier_dropout scale_embedding "
        "use_cache pad_token_id bos_token_id eos_token_id decoder_start_token_id "
        "forced_eos_token_id is_decoder tie_word_embeddings",
    }.items()
    for field in [
        *fields.split(),
        *"chunk_size_feed_forward id2label label2id is_encoder_decoder output_attentions".split(),
        *"output_hidden_states problem_type return_dict".split(),
    ]
    for value in OTHER_VALUES.get(field, ("another",))
]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_field_is_left_out(transformers, family):
    walked = {field for name, field, _ in CASES if name == family}
    assert walked == set(fields_of(transformers, family)) - OF_THE_FILE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "field", "value"), CASES, ids=[f"{a}-{b}-{c}" for a, b, c in CASES]
)
def test_a_field_is_honoured_or_refused(torch, transformers, tmp_path, family, field, value):
    name, sizes = FAMILIES[family]
    if value == "another":
        value = _another((fields_of(transformers, family) | sizes)[field])
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(**sizes, attn_implementation="eager")
    try:
        theirs = getattr(transformers, name)(_changed(config, field, value)).eval()
        expected = _logits(torch, theirs, "decoder_layers" in sizes)
    except Exception as error:
        pytest.skip(f"{name} itself has no answer: {error!r:.60}")
    theirs.save_pretrained(tmp_path)
    fields = json.loads((tmp_path / "config.json").read_text()) | {field: value}
    (tmp_path / "config.json").write_text(json.dumps(fields))
    ours = getattr(zen, OURS.get(family, "EncoderDecoderForConditionalGeneration"))
    try:
        model = ours.from_pretrained(tmp_path, require_all=True)
    except UserError as error:
        assert field in str(error) or repr(value) in str(error)
        return
    np.testing.assert_allclose(_our_logits(model), expected, atol=2e-5)


def _changed(config, field, value):
    """The config with another value, as it is when it is read from a file."""
    fields = config.to_dict() | {field: value}
    return type(config).from_dict(fields, attn_implementation="eager")


IDS = np.array([[3, 4, 5, 6, 7], [8, 9, 10, 11, 12]])


def _logits(torch, model, seq2seq):
    ids, targets = torch.tensor(IDS), torch.tensor(IDS[:, :3])
    more = {"decoder_input_ids": targets} if seq2seq else {}
    with torch.no_grad():
        return model(ids, **more, return_dict=True).logits.numpy()


def _our_logits(model):
    seq2seq = isinstance(model, EncoderDecoderForConditionalGeneration)
    return np.asarray(nnx.jit(lambda model: model(IDS, *[IDS[:, :3]] * seq2seq).logits)(model))


@pytest.mark.parametrize("family", ["Marian", "Bart"])
def test_where_a_file_says_nothing_the_family_has_its_own_defaults(transformers, family):
    theirs = getattr(transformers, f"{family}Config")()
    ours = EncoderDecoderConfig.from_dict({"model_type": theirs.model_type})
    for field in dataclasses.fields(EncoderDecoderConfig):
        if getattr(theirs, field.name, None) is not None:
            assert getattr(ours, field.name) == getattr(theirs, field.name), field.name


def test_what_marian_and_bart_cannot_compute_is_not_called_by_their_names():
    assert EncoderDecoderConfig().to_dict()["model_type"] == "zen-encoder-decoder"
    marian = EncoderDecoderConfig(positions="sinusoidal-halves")
    bart = EncoderDecoderConfig(positions="learned", normalize_embedding=True)
    for config, name in ((marian, "marian"), (bart, "bart")):
        assert config.to_dict()["model_type"] == name
        for changes in (
            {"layer_norm_eps": 1e-12},
            {"normalize_embedding": not config.normalize_embedding},
        ):
            changed = dataclasses.replace(config, **changes)
            assert changed.to_dict()["model_type"] == "zen-encoder-decoder"
            assert EncoderDecoderConfig.from_dict(changed.to_dict()) == changed


def test_what_is_no_field_of_marian_and_bart_has_no_effect_there():
    fields = {"model_type": "bart", "layer_norm_eps": 0.1, "normalize_embedding": False}
    config = EncoderDecoderConfig.from_dict(fields)
    assert (config.layer_norm_eps, config.normalize_embedding) == (1e-5, True)


def test_the_page_of_the_fields_is_that_of_the_code():
    file = Path(__file__).parents[2] / "docs" / "config_fields.py"
    spec = importlib.util.spec_from_file_location("config_fields_page", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == module.FILE.read_text("utf-8"), "run python docs/config_fields.py"


HARMLESS = {
    "output_past": True,
    "_num_labels": 2,
    "tokenizer_class": "BertTokenizer",
    "_attn_implementation": "sdpa",
    "auto_map": {},
    "unk_token_id": 100,
    "transformers.js_config": {},
    "torchscript": False,
    "use_bfloat16": False,
}


@pytest.mark.parametrize("config", [BertConfig, GPTConfig, EncoderDecoderConfig])
def test_what_changes_no_answer_is_passed_over(config):
    nothing = dict.fromkeys(("pad_token_id", "bos_token_id", "eos_token_id", "id2label"))
    assert config.from_dict(HARMLESS | nothing) == config.from_dict({})


def test_labels_are_those_of_the_file_unless_their_number_is_another():
    fields = {"id2label": {"0": "no", "1": "perhaps", "2": "yes"}}
    names = ("no", "perhaps", "yes")
    assert BertConfig.from_dict(fields).label_names == names
    assert BertConfig.from_dict(fields | {"num_labels": 3}).label_names == names
    fewer = BertConfig.from_dict(fields | {"num_labels": 2})
    assert (fewer.num_labels, fewer.label_names) == (2, None)  # as HuggingFace, with a warning
    other = BertConfig.from_dict(fields | {"label_names": ["a", "b"]})
    assert (other.num_labels, other.label_names) == (2, ("a", "b"))


def test_labels_given_to_from_pretrained_are_kept(tmp_path):
    model = zen.BertForSequenceClassification(tiny_config(num_labels=3), rngs=nnx.Rngs(0))
    model.save_pretrained(tmp_path)
    names = ("no", "perhaps", "yes")
    opened = zen.BertForSequenceClassification.from_pretrained(tmp_path, label_names=names)
    opened.save_pretrained(tmp_path)
    again = zen.BertForSequenceClassification.from_pretrained(tmp_path, num_labels=3)
    assert again.config.label_names == names
