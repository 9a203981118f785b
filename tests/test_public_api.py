"""What is promised to users: names, signatures, outputs, and plain inputs."""

import dataclasses
import inspect
import subprocess
import sys

import jax
import numpy as np
import pytest
from flax import nnx

import zen_transformer
from zen_transformer import (
    BertConfig,
    BertForMaskedLM,
    BertForMultipleChoice,
    BertForNextSentencePrediction,
    BertForPreTraining,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    UserError,
    WordPieceTokenizer,
)

POSITIONAL, KEYWORD = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
CONFIG = BertConfig(
    vocab_size=13,
    hidden_size=8,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=12,
    max_position_embeddings=10,
    num_labels=3,
)
OUTPUTS = {
    BertModel: {"last_hidden_state": (2, 4, 8), "pooler_output": (2, 8)},
    BertForPreTraining: {"prediction_logits": (2, 4, 13), "seq_relationship_logits": (2, 2)},
    BertForMaskedLM: {"logits": (2, 4, 13)},
    BertForNextSentencePrediction: {"logits": (2, 2)},
    BertForSequenceClassification: {"logits": (2, 3)},
    BertForTokenClassification: {"logits": (2, 4, 3)},
    BertForQuestionAnswering: {"start_logits": (2, 4), "end_logits": (2, 4)},
}
MODELS = [*OUTPUTS]
EVERY_MODEL = [*MODELS, BertForMultipleChoice]  # which reads choices, and so has its own tests
IDS = np.array([[2, 5, 6, 3], [2, 7, 3, 0]])
MASK = np.array([[1, 1, 1, 1], [1, 1, 1, 0]])
SEGMENTS = np.array([[0, 0, 1, 1], [0, 0, 0, 0]])
POSITIONS = np.array([[3, 2, 1, 0], [0, 1, 2, 3]])


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.__name__)
def model(request):
    return request.param(CONFIG, rngs=nnx.Rngs(0))


def parameters(function) -> dict[str, tuple]:
    """Kind and default of every parameter but `self` and `cls`."""
    found = inspect.signature(function).parameters.values()
    return {p.name: (p.kind, p.default) for p in found if p.name not in ("self", "cls")}


def first_logits(output) -> np.ndarray:
    """The first field of any output."""
    return np.asarray(output[0])


# Names


TOKENIZERS = [
    "AddedToken",
    "WordPieceTokenizer",
    "ByteLevelBPETokenizer",
    "CharacterTokenizer",
    "load_tokenizer",
    "tokenizer_of",
]
OTHERS = "GPTConfig GPTModel GPTForCausalLM EncoderDecoderConfig".split()
OTHERS += ["EncoderDecoderForConditionalGeneration"]
PUBLIC = ["BertConfig", *(model.__name__ for model in EVERY_MODEL), *OTHERS, *TOKENIZERS]


@pytest.mark.parametrize("name", [*PUBLIC, "UserError", "__version__"])
def test_promised_name_is_there_and_listed(name):
    assert getattr(zen_transformer, name) is not None
    assert name in dir(zen_transformer)


def test_star_import_gives_the_public_names():
    assert set(zen_transformer.__all__) == {*PUBLIC, "UserError"}


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'zen_transformer' has no attribute 'BertModle'"):
        _ = zen_transformer.BertModle


# Configuration


@pytest.mark.slow
def test_config_has_huggingfaces_defaults():
    transformers = pytest.importorskip(
        "transformers",
        reason="transformers is not installed: pip install 'zen-transformer[reference]'",
    )
    theirs = transformers.BertConfig()
    ours = dataclasses.asdict(BertConfig())
    shared = {name for name in ours if hasattr(theirs, name)}
    assert set(ours) - shared == {"label_names", "pooling"}
    assert {name: ours[name] for name in shared} == {name: getattr(theirs, name) for name in shared}


def test_config_is_that_of_bert_base():
    # The same again in figures, for where `transformers` is not installed.
    expected = {
        "vocab_size": 30522,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "classifier_dropout": None,
        "num_labels": 2,
    }
    assert dataclasses.asdict(BertConfig()).items() >= expected.items()


def test_config_takes_keywords_only_and_does_not_change():
    with pytest.raises(TypeError):
        BertConfig(30522)
    with pytest.raises(dataclasses.FrozenInstanceError):
        CONFIG.hidden_size = 16


# Models


def test_a_model_is_built_from_config_and_rngs():
    for class_ in EVERY_MODEL:
        found = parameters(class_.__init__)
        assert list(found)[:2] == ["config", "rngs"]
        assert found["config"][0] == POSITIONAL
        assert found["rngs"] == (KEYWORD, inspect.Parameter.empty)


def test_every_models_call_has_the_promised_signature():
    nothing = (POSITIONAL, None)
    for class_ in EVERY_MODEL:
        found = parameters(class_.__call__)
        assert found.pop("input_ids")[0] == POSITIONAL
        found.pop("head_options", None)
        assert found.pop("labels", (KEYWORD, None)) == (KEYWORD, None)
        # Choices are a row each: there is nothing to pack.
        assert found.pop("packing", (KEYWORD, None)) == (KEYWORD, None)
        assert found == {
            "attention_mask": nothing,
            "token_type_ids": nothing,
            "position_ids": nothing,
            "inputs_embeds": (KEYWORD, None),
            "output_hidden_states": (KEYWORD, False),
            "output_attentions": (KEYWORD, False),
            "return_dict": (KEYWORD, None),
            "key": (KEYWORD, None),
        }


def test_inputs_mean_the_same_by_place_and_by_name(model):
    by_place = model(IDS, MASK, SEGMENTS, POSITIONS)
    by_name = model(
        position_ids=POSITIONS, token_type_ids=SEGMENTS, attention_mask=MASK, input_ids=IDS
    )
    np.testing.assert_array_equal(first_logits(by_place), first_logits(by_name))
    # Each of them matters.
    for fewer in [(IDS,), (IDS, MASK), (IDS, MASK, SEGMENTS)]:
        assert not np.array_equal(first_logits(model(*fewer)), first_logits(by_place))


def test_a_fifth_input_by_place_is_refused(model):
    with pytest.raises(TypeError):
        model(IDS, MASK, SEGMENTS, POSITIONS, None)


def test_an_unknown_argument_is_refused(model):
    with pytest.raises(TypeError, match="atention_mask"):
        model(IDS, atention_mask=MASK)


def test_defaults_are_no_padding_first_segment_and_counted_positions(model):
    plain = model(IDS)
    explicit = model(IDS, np.ones_like(IDS), np.zeros_like(IDS), np.arange(4)[None])
    np.testing.assert_array_equal(first_logits(plain), first_logits(explicit))


def test_output_has_the_promised_fields(model):
    output = model(IDS)
    for name, shape in OUTPUTS[type(model)].items():
        assert getattr(output, name).shape == shape
        assert np.all(np.isfinite(getattr(output, name)))
    assert output.hidden_states is None
    assert output.attentions is None


def test_hidden_states_and_attentions_come_when_asked_for(model):
    output = model(IDS, output_hidden_states=True, output_attentions=True)
    # The embeddings and one block; the maps of its two heads.
    assert [states.shape for states in output.hidden_states] == [(2, 4, 8)] * 2
    assert [maps.shape for maps in output.attentions] == [(2, 2, 4, 4)]
    for maps in output.attentions:
        np.testing.assert_allclose(np.sum(maps, axis=-1), 1.0, rtol=1e-6)


CHOICES = np.array([[[2, 5, 3], [2, 6, 3]], [[2, 7, 3], [2, 3, 0]]])


def test_multiple_choice_reads_choices_and_weighs_each_by_itself():
    model = BertForMultipleChoice(CONFIG, rngs=nnx.Rngs(0))
    inputs = {"attention_mask": (CHOICES > 0).astype(int), "token_type_ids": CHOICES % 2}
    output = model(CHOICES, **inputs, output_hidden_states=True, output_attentions=True)
    assert output.logits.shape == (2, 2)
    assert [states.shape for states in output.hidden_states] == [(4, 3, 8)] * 2
    assert [maps.shape for maps in output.attentions] == [(4, 2, 3, 3)]
    swapped = model(CHOICES[:, ::-1], **{name: x[:, ::-1] for name, x in inputs.items()})
    np.testing.assert_allclose(swapped.logits, output.logits[:, ::-1], rtol=1e-5, atol=1e-6)


def test_multiple_choice_takes_what_the_others_take():
    model = BertForMultipleChoice(CONFIG, rngs=nnx.Rngs(0))
    plain = model(CHOICES).logits
    counted = np.arange(3)[None, None]
    explicit = model(CHOICES, np.ones_like(CHOICES), np.zeros_like(CHOICES), counted).logits
    np.testing.assert_array_equal(plain, explicit)
    vectors = np.asarray(model.bert.embeddings.token.table[...])[CHOICES]
    np.testing.assert_array_equal(model(inputs_embeds=vectors).logits, plain)
    assert not np.array_equal(model(CHOICES, key=jax.random.key(0)).logits, plain)
    with pytest.raises(TypeError, match="atention_mask"):
        model(CHOICES, atention_mask=CHOICES)
    with pytest.raises(UserError, match="either input_ids or inputs_embeds"):
        model()


def test_an_answer_has_a_start_and_an_end_whatever_num_labels_says(tmp_path):
    """A classifier's checkpoint may name any number; what is saved names the two."""
    model = BertForQuestionAnswering(CONFIG, rngs=nnx.Rngs(0))
    assert (CONFIG.num_labels, model.config.num_labels) == (3, 2)
    model.save_pretrained(tmp_path)
    assert BertForQuestionAnswering.from_pretrained(tmp_path).config == model.config


def test_last_hidden_state_is_the_last_of_the_hidden_states():
    output = BertModel(CONFIG, rngs=nnx.Rngs(0))(IDS, output_hidden_states=True)
    np.testing.assert_array_equal(output.last_hidden_state, output.hidden_states[-1])


def test_vectors_may_stand_in_for_ids(model):
    encoder = model if isinstance(model, BertModel) else model.bert
    vectors = np.asarray(encoder.embeddings.token.table[...])[IDS]
    np.testing.assert_array_equal(
        first_logits(model(inputs_embeds=vectors)), first_logits(model(IDS))
    )


def test_without_key_there_is_no_dropout(model):
    np.testing.assert_array_equal(first_logits(model(IDS)), first_logits(model(IDS)))
    dropped = first_logits(model(IDS, key=jax.random.key(0)))
    assert not np.array_equal(dropped, first_logits(model(IDS)))
    again = first_logits(model(IDS, key=jax.random.key(0)))
    np.testing.assert_array_equal(dropped, again)
    assert not np.array_equal(dropped, first_logits(model(IDS, key=jax.random.key(1))))


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_numpy_arrays_are_inputs(model, dtype):
    expected = first_logits(model(IDS, MASK, SEGMENTS))
    found = model(IDS.astype(dtype), MASK.astype(dtype), SEGMENTS.astype(dtype))
    np.testing.assert_array_equal(first_logits(found), expected)


@pytest.mark.parametrize("dtype", [bool, np.float32])
def test_the_mask_may_be_boolean_or_a_float(model, dtype):
    expected = first_logits(model(IDS, MASK))
    np.testing.assert_array_equal(first_logits(model(IDS, MASK.astype(dtype))), expected)


def test_jax_arrays_are_inputs(model):
    expected = first_logits(model(IDS, MASK))
    found = model(jax.numpy.asarray(IDS), jax.numpy.asarray(MASK))
    np.testing.assert_array_equal(first_logits(found), expected)


PLAIN_PYTHON = """
import numpy as np
from flax import nnx
from zen_transformer import BertConfig, BertForMultipleChoice, BertModel, UserError

config = BertConfig(
    vocab_size=9, hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4,
    hidden_dropout_prob=0, attention_probs_dropout_prob=0, classifier_dropout=0,
)
model = BertModel(config, rngs=nnx.Rngs(0))
inputs = [[2, 5, 3], [2, 3, 0]], [[1, 1, 1], [1, 1, 0]], [[0, 0, 1], [0, 0, 0]]
assert np.array_equal(model(*inputs)[0], model(*map(np.array, inputs))[0])
model = BertForMultipleChoice(config, rngs=nnx.Rngs(0))
assert model([[[2, 5, 3], [2, 6, 3]]]).logits.shape == (1, 2)
try:
    model([[2, 5, 3], [2, 6, 3]])
except UserError as error:
    assert "input has shape (2, 3)" in str(error) and "(batch, choices, length)" in str(error)
else:
    raise AssertionError("choices without an axis of their own")
"""


@pytest.mark.slow
def test_lists_and_whole_numbers_are_as_good_as_arrays_and_floats():
    # In a process of its own: in this one annotations are checked, to the letter.
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_PYTHON], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_a_plain_call_predicts_at_every_position():
    model = BertForPreTraining(CONFIG, rngs=nnx.Rngs(0))
    everywhere = model(IDS, MASK).prediction_logits
    assert everywhere.shape == (2, 4, 13)
    chosen = model(IDS, MASK, masked_positions=jax.numpy.array([[1], [2]])).prediction_logits
    np.testing.assert_allclose(chosen[0, 0], everywhere[0, 1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(chosen[1, 0], everywhere[1, 2], rtol=1e-5, atol=1e-6)


def test_loading_and_saving_have_the_promised_signatures():
    for class_ in EVERY_MODEL:
        found = parameters(class_.from_pretrained)
        assert next(iter(found)) == "path"
        assert found["dtype"][0] in (POSITIONAL, KEYWORD)
        assert list(parameters(class_.save_pretrained)) == ["path"]


def test_a_saved_model_is_loaded_as_it_was(model, tmp_path):
    model.save_pretrained(tmp_path)
    loaded = type(model).from_pretrained(str(tmp_path), dtype=np.float32)
    assert loaded.config == model.config
    np.testing.assert_array_equal(first_logits(loaded(IDS, MASK)), first_logits(model(IDS, MASK)))


def test_a_users_mistake_is_a_user_error(model):
    with pytest.raises(UserError, match="input has 11 tokens, the model has 10 positions"):
        model(np.zeros((1, 11), int))
    with pytest.raises(UserError, match="input_ids has 13, allowed are 0 to 12"):
        model(np.full((1, 3), 13))


# Tokenizer


def test_the_tokenizers_methods_have_the_promised_signatures():
    empty = inspect.Parameter.empty
    train = parameters(WordPieceTokenizer.train)
    assert list(train)[:2] == ["texts", "vocab_size"]
    assert train["texts"] == (POSITIONAL, empty)
    assert train["lowercase"] == (POSITIONAL, True)
    assert train["strip_accents"] == (POSITIONAL, None)
    assert train["tokenize_chinese_chars"] == (POSITIONAL, True)
    assert parameters(WordPieceTokenizer.tokenize) == {"text": (POSITIONAL, empty)}
    assert parameters(WordPieceTokenizer.encode) == {
        "text": (POSITIONAL, empty),
        "pair": (POSITIONAL, None),
        "max_length": (POSITIONAL, None),
        "truncation": (POSITIONAL, False),
    }
    assert parameters(WordPieceTokenizer.decode)["ids"] == (POSITIONAL, empty)
    assert parameters(WordPieceTokenizer.from_pretrained) == {"path": (POSITIONAL, empty)}
    assert parameters(WordPieceTokenizer.save_pretrained) == {"path": (POSITIONAL, empty)}


def test_a_tokenizer_from_text_to_ids_and_back(tmp_path):
    trained = WordPieceTokenizer.train(["the cat sat"], vocab_size=30, lowercase=True)
    trained.save_pretrained(tmp_path)
    tokenizer = WordPieceTokenizer.from_pretrained(tmp_path)
    assert tokenizer.tokenize("The cat") == ["the", "cat"]
    encoding = tokenizer.encode("The cat", pair="sat", max_length=16, truncation=True)
    assert encoding.tokens == ["[CLS]", "the", "cat", "[SEP]", "sat", "[SEP]"]
    assert encoding.type_ids == [0, 0, 0, 0, 1, 1]
    assert encoding.attention_mask == [1] * 6
    assert encoding.offsets == [(0, 0), (0, 3), (4, 7), (0, 0), (0, 3), (0, 0)]
    assert tokenizer.decode(encoding.ids) == "the cat sat"
