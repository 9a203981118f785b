import json
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from safetensors.numpy import load_file, save_file
from tiny import EVERY_MODEL, build, tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.models.pretrained import PretrainedModel, flat_parameters


@pytest.fixture
def folder(tmp_path):
    """A saved BertForPreTraining."""
    build(zen.BertForPreTraining).save_pretrained(tmp_path)
    return tmp_path


def values(model) -> dict[str, np.ndarray]:
    return {path: np.asarray(leaf[...]) for path, leaf in flat_parameters(model).items()}


def change_tensors(folder, change):
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def change_config(folder, **fields):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize("name", EVERY_MODEL)
def test_what_was_saved_is_loaded_bit_for_bit(tmp_path, name):
    model = build(getattr(zen, name), num_labels=3, layer_norm_eps=1e-5)
    model.save_pretrained(tmp_path / "a" / "b")  # folders are made
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = type(model).from_pretrained(str(tmp_path / "a" / "b"))
    assert again.config.layer_norm_eps == 1e-5
    jax.tree.map(np.testing.assert_array_equal, values(again), values(model))
    assert json.loads((tmp_path / "a" / "b" / "config.json").read_text())["architectures"] == [name]


def test_the_body_of_a_bigger_model_can_be_loaded_alone(folder):
    body = zen.BertModel.from_pretrained(folder)
    whole = build(zen.BertForPreTraining)
    batch = tiny_batch()
    expected = whole.bert(**batch).last_hidden_state
    np.testing.assert_array_equal(body(**batch).last_hidden_state, expected)


def test_a_new_head_is_warned_of_by_name_and_follows_its_seed(folder):
    with pytest.warns(UserWarning, match=r"classifier\.weight.*newly initialised") as caught:
        first, again, other = (
            zen.BertForSequenceClassification.from_pretrained(folder, rngs=nnx.Rngs(seed))
            for seed in (0, 0, 1)
        )
    assert "classifier.bias" in str(caught[0].message)
    assert "embeddings" not in str(caught[0].message)
    kernels = [values(model)["classifier.kernel"] for model in (first, again, other)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.any(kernels[0] == kernels[2])
    name = "bert.embeddings.token.table"
    np.testing.assert_array_equal(values(first)[name], values(other)[name])


def test_a_missing_head_can_be_made_an_error(folder):
    with pytest.raises(UserError, match=r"no BertForSequenceClassification.*classifier\.weight"):
        zen.BertForSequenceClassification.from_pretrained(folder, require_all=True)


def test_fields_can_be_overridden(folder):
    with pytest.warns(UserWarning, match="classifier"):
        model = zen.BertForSequenceClassification.from_pretrained(
            folder, num_labels=5, classifier_dropout=0.25
        )
    assert model(**tiny_batch()).logits.shape == (3, 5)
    assert model.config.classifier_dropout == 0.25


@pytest.mark.slow
def test_dtype_is_that_of_parameters_and_computation(folder):
    model = zen.BertForPreTraining.from_pretrained(folder, dtype=jnp.bfloat16)
    assert {leaf.dtype for leaf in values(model).values()} == {np.dtype(jnp.bfloat16)}
    assert jax.eval_shape(model, tiny_batch()["input_ids"])[0].dtype == jnp.bfloat16
    # An embedding that the sixteen bits can hold only roughly.
    exact = values(build(zen.BertForPreTraining))["bert.embeddings.token.table"]
    rounded = values(model)["bert.embeddings.token.table"].astype(np.float32)
    np.testing.assert_allclose(rounded, exact, rtol=2**-8)


def test_float64_without_x64_is_an_error_that_says_how():
    with pytest.raises(UserError, match="JAX_ENABLE_X64"):
        build(zen.BertModel, dtype=jnp.float64)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_float64_is_float64(folder):
    model = zen.BertForPreTraining.from_pretrained(folder, dtype=jnp.float64)
    assert {leaf.dtype for leaf in values(model).values()} == {np.dtype(np.float64)}
    assert jax.eval_shape(model, tiny_batch()["input_ids"])[0].dtype == np.float64


def test_a_tensor_of_another_shape_is_named_with_both_shapes(folder):
    change_config(folder, intermediate_size=32)
    with pytest.raises(UserError) as error:
        zen.BertForPreTraining.from_pretrained(folder)
    message = str(error.value)
    assert "encoder.layer." in message
    assert "16" in message
    assert "32" in message


def test_a_file_with_more_layers_than_the_config_is_an_error(folder):
    change_config(folder, num_hidden_layers=1)
    with pytest.raises(UserError, match=r"encoder\.layer\.1\."):
        zen.BertForPreTraining.from_pretrained(folder)


def test_a_file_with_fewer_layers_than_the_config_is_warned_of(folder):
    change_config(folder, num_hidden_layers=3)
    with pytest.warns(UserWarning, match=r"bert\.encoder\.layer\.2\."):
        zen.BertForPreTraining.from_pretrained(folder)


def test_an_unknown_parameter_is_an_error_that_names_it(folder):
    change_tensors(folder, lambda t: t.update({"bert.encoder.gate": np.ones(1, np.float32)}))
    with pytest.raises(UserError, match=r"bert\.encoder\.gate"):
        zen.BertForPreTraining.from_pretrained(folder)


def test_an_unknown_field_is_an_error_that_names_it(folder):
    change_config(folder, rotary_base=10000)
    with pytest.raises(UserError, match="rotary_base"):
        zen.BertForPreTraining.from_pretrained(folder)


def test_a_tied_decoder_written_out_is_left_in_peace(folder):
    def tie(tensors):
        table = tensors["bert.embeddings.word_embeddings.weight"]
        tensors["cls.predictions.decoder.weight"] = table.copy()
        tensors["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"].copy()
        tensors["bert.embeddings.position_ids"] = np.arange(16)[None]

    change_tensors(folder, tie)
    again = zen.BertForPreTraining.from_pretrained(folder)
    jax.tree.map(
        np.testing.assert_array_equal, values(again), values(build(zen.BertForPreTraining))
    )


def test_old_names_of_the_layer_norms_are_known(folder):
    def rename(tensors):
        for name in [name for name in tensors if "LayerNorm" in name]:
            old = name.replace("weight", "gamma").replace("bias", "beta")
            tensors[old] = tensors.pop(name) + np.float32(0.5)

    change_tensors(folder, rename)
    again = values(zen.BertForPreTraining.from_pretrained(folder))
    np.testing.assert_array_equal(again["bert.embeddings.norm.scale"], np.full(8, 1.5))
    np.testing.assert_array_equal(again["masked_lm_head.norm.bias"], np.full(8, 0.5))


def test_the_base_class_is_no_model():
    with pytest.raises(TypeError, match="BertModel"):
        PretrainedModel(tiny_config(), rngs=nnx.Rngs(0))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(folder, value):
    name = "bert.encoder.layer.1.output.dense.bias"
    change_tensors(folder, lambda t: t[name].__setitem__(3, value))
    with pytest.raises(UserError, match=rf"{name} has values that are infinite or not a number"):
        zen.BertForPreTraining.from_pretrained(folder)


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.bool_])
def test_a_tensor_of_another_kind_of_numbers_is_refused(folder, dtype):
    name = "bert.pooler.dense.bias"
    change_tensors(folder, lambda t: t.update({name: t[name].astype(dtype)}))
    with pytest.raises(UserError, match=rf"{name} has numbers of type {np.dtype(dtype)}"):
        zen.BertForPreTraining.from_pretrained(folder)


SMALL = {
    "BertModel": tiny_config(),
    "GPTForCausalLM": zen.GPTConfig(
        vocab_size=9, n_embd=4, n_layer=1, n_head=1, bos_token_id=1, eos_token_id=1
    ),
    "EncoderDecoderForConditionalGeneration": zen.EncoderDecoderConfig(
        vocab_size=9,
        d_model=4,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=1,
        decoder_attention_heads=1,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=2,
    ),
}


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("BertModel", "num_hidden_layers"),
        ("GPTForCausalLM", "n_layer"),
        ("EncoderDecoderForConditionalGeneration", "encoder_layers"),
        ("EncoderDecoderForConditionalGeneration", "decoder_layers"),
    ],
)
def test_ten_million_layers_are_refused_before_anything_is_built(tmp_path, model, field):
    model_class, config = getattr(zen, model), SMALL[model]
    model_class(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path)
    change_config(tmp_path, **{field: 10_000_000})
    with pytest.raises(UserError, match=rf"config.json: {field} is 10000000, and the weights are"):
        model_class.from_pretrained(tmp_path)
