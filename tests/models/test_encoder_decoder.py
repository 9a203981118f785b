import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import tiny_batch, tiny_config

from zen_transformer import (
    BertModel,
    EncoderDecoderConfig,
    EncoderDecoderForConditionalGeneration,
    UserError,
)
from zen_transformer.models.encoder_decoder import Embeddings
from zen_transformer.numpy_nn.encoder_decoder import encoder_decoder, encoder_decoder_backward

FIELDS = {
    "vocab_size": 16,
    "d_model": 8,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": 12,
    "init_std": 0.5,
}
RNG = np.random.default_rng(0)
SOURCE, TARGET = RNG.integers(3, 16, (3, 7)), RNG.integers(3, 16, (3, 5))
SEEN = np.arange(7) < np.array([7, 4, 5])[:, None]


def build(dtype=jnp.float32, **changes):
    config = EncoderDecoderConfig(**FIELDS | changes)
    return EncoderDecoderForConditionalGeneration(config, rngs=nnx.Rngs(0), dtype=dtype)


@pytest.mark.slow
def test_the_source_is_seen_whole_and_the_target_up_to_here():
    model = build()
    later, other = TARGET.copy(), SOURCE.copy()
    later[:, 3:] = (later[:, 3:] + 1) % 16
    other[0, -1] = (other[0, -1] + 1) % 16
    logits = model(SOURCE, TARGET, SEEN).logits
    np.testing.assert_allclose(model(SOURCE, later, SEEN).logits[:, :3], logits[:, :3], atol=1e-6)
    moved = np.abs(model(other, TARGET, SEEN).logits - logits).max(axis=(1, 2))
    assert moved[0] > 1e-3
    np.testing.assert_allclose(moved[1:], 0.0, atol=1e-6)


def test_padding_of_the_source_is_not_looked_at():
    model = build()
    other = np.where(SEEN, SOURCE, 3)
    output = model(SOURCE, TARGET, SEEN, output_attentions=True)
    np.testing.assert_allclose(model(other, TARGET, SEEN).logits, output.logits, atol=1e-6)
    for weights in output.cross_attentions:
        assert weights.shape == (3, 2, 5, 7)
        np.testing.assert_array_equal(weights[1, :, :, 4:], 0.0)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("positions", ["sinusoidal", "learned"])
def test_token_by_token_is_the_same_as_all_at_once(positions):
    model = build(jnp.float64, positions=positions)
    contexts, cache = model.encode(SOURCE, SEEN), model.empty_cache(3, 9)
    whole = model(SOURCE, TARGET, SEEN).logits
    for place in range(5):
        output = model.decode(TARGET[:, place : place + 1], contexts, past_key_values=cache)
        cache = output.past_key_values
        np.testing.assert_allclose(output.logits[:, 0], whole[:, place], atol=1e-12)


@pytest.mark.slow
def test_a_bert_starts_the_encoder():
    bert = BertModel(tiny_config(), rngs=nnx.Rngs(1))
    model = EncoderDecoderForConditionalGeneration.from_bert(
        bert, rngs=nnx.Rngs(0), decoder_layers=1, bos_token_id=2, eos_token_id=3
    )
    batch = tiny_batch()
    ids, mask = batch["input_ids"], batch["attention_mask"]
    output = model(ids, ids[:, :2], mask)
    assert model.config.decoder_layers == 1
    np.testing.assert_allclose(
        output.encoder_last_hidden_state, bert(ids, mask).last_hidden_state, atol=1e-5
    )


@pytest.mark.slow
def test_dropout_wants_a_key():
    model = build(dropout=0.5, attention_dropout=0.5)
    np.testing.assert_array_equal(model(SOURCE, TARGET).logits, model(SOURCE, TARGET).logits)
    first, second = (model(SOURCE, TARGET, key=jax.random.key(seed)).logits for seed in (0, 1))
    assert np.abs(first - second).max() > 0.1


def test_embeddings_are_scaled_and_placed():
    config = EncoderDecoderConfig(**FIELDS, dropout=0.0)
    for scale in (True, False):
        changed = dataclasses.replace(config, scale_embedding=scale)
        embeddings = Embeddings(changed, rngs=nnx.Rngs(0), dtype=jnp.float32)
        ones = jnp.ones((1, 3, 8))
        expected = embeddings.positions()[:3] + (8**0.5 if scale else 1.0)
        np.testing.assert_allclose(embeddings(ones, np.arange(3)[None])[0], expected, rtol=1e-6)


# Files


@pytest.mark.slow
@pytest.mark.parametrize("positions", ["sinusoidal", "sinusoidal-halves", "learned"])
def test_survives_a_folder_and_huggingface_opens_it(torch, transformers, tmp_path, positions):
    model = build(positions=positions, normalize_embedding=positions == "learned")
    model.save_pretrained(tmp_path)
    again = EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path)
    assert again.config == model.config
    expected = model(SOURCE, TARGET, SEEN).logits
    np.testing.assert_array_equal(again(SOURCE, TARGET, SEEN).logits, expected)
    if positions == "sinusoidal":
        return  # no class of theirs has the paper's order of columns
    kind = {"learned": "BartForConditionalGeneration", "sinusoidal-halves": "MarianMTModel"}
    theirs = getattr(transformers, kind[positions]).from_pretrained(tmp_path).eval()
    tensors = {
        "input_ids": torch.tensor(SOURCE),
        "decoder_input_ids": torch.tensor(TARGET),
        "attention_mask": torch.tensor(SEEN.astype(int)),
    }
    with torch.no_grad():
        logits = theirs(**tensors).logits.numpy()
    np.testing.assert_allclose(expected, logits, atol=1e-4)
    theirs.save_pretrained(tmp_path / "back")
    back = EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path / "back")
    np.testing.assert_allclose(back(SOURCE, TARGET, SEEN).logits, expected, atol=1e-6)


# What cannot work


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda model: model(np.zeros((1, 13), int), TARGET[:1]), "13 tokens"),
        (lambda model: model(SOURCE, np.zeros((3, 0), int)), "no tokens"),
        (lambda model: model(SOURCE, np.full((3, 2), 16)), "decoder_input_ids has 16"),
        (lambda model: model(SOURCE, TARGET, SEEN[:, :3]), "attention_mask has shape"),
        (lambda model: model.empty_cache(1, 13), "13 tokens"),
    ],
)
def test_wrong_input_is_named(run, said):
    with pytest.raises(UserError, match=said):
        run(build())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decoder_attention_heads": 3}, "d_model 8 is not divisible by decoder_attention_heads 3"),
        ({"eos_token_id": 16}, "eos_token_id 16 lies outside the vocabulary of 16"),
        ({"scale_embedding": 1}, "scale_embedding is 1: it must be true or false"),
        ({"positions": "rotary"}, "sinusoidal, sinusoidal-halves, learned"),
    ],
)
def test_a_shape_that_cannot_work_is_named(changes, said):
    with pytest.raises(UserError, match=said):
        EncoderDecoderConfig(**FIELDS | changes)


def with_tensor(folder, name, values):
    """Write one more tensor into the file of a model's weights."""
    from safetensors.numpy import load_file, save_file

    path = folder / "model.safetensors"
    save_file(load_file(path) | {name: values}, path)


SIZES = FIELDS | {
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "forced_eos_token_id": 2,
    "decoder_start_token_id": 1,
}


def theirs_and_ours(torch, transformers, name, folder):
    """HuggingFace's logits on a folder, and ours."""
    ids, decoder_ids = [[5, 6, 7, 2]], [[1, 8, 9]]
    theirs = getattr(transformers, name).from_pretrained(folder).eval()
    with torch.no_grad():
        expected = theirs(torch.tensor(ids), decoder_input_ids=torch.tensor(decoder_ids)).logits
    ours = EncoderDecoderForConditionalGeneration.from_pretrained(folder, require_all=True)
    return expected.numpy(), ours(np.array(ids), np.array(decoder_ids)).logits


@pytest.mark.parametrize("name", ["Marian", "Bart"])
def test_a_bias_of_the_logits_is_honoured(torch, transformers, tmp_path, name):
    """Converted Marians have one; where it is 0, as in BART, the model has none."""
    config = getattr(transformers, f"{name}Config")(**SIZES)
    model_name = "MarianMTModel" if name == "Marian" else "BartForConditionalGeneration"
    getattr(transformers, model_name)(config).save_pretrained(tmp_path)
    ours = EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path, require_all=True)
    assert not ours.config.logits_bias
    bias = np.linspace(-3, 3, 16, dtype=np.float32)[None]
    with_tensor(tmp_path, "final_logits_bias", bias)
    expected, logits = theirs_and_ours(torch, transformers, model_name, tmp_path)
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    ours = EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path)
    np.testing.assert_array_equal(ours.final_logits_bias[...], bias)
    ours.save_pretrained(tmp_path / "again")
    _, again = theirs_and_ours(torch, transformers, model_name, tmp_path / "again")
    np.testing.assert_array_equal(again, logits)


@pytest.mark.parametrize("name", ["Marian", "Bart"])
def test_a_folder_of_the_bare_model_is_read(torch, transformers, tmp_path, name):
    """Its tensors lack the prefix; HuggingFace ties the head to the embeddings, as we do."""
    config = getattr(transformers, f"{name}Config")(**SIZES)
    getattr(transformers, f"{name}Model")(config).save_pretrained(tmp_path)
    model_name = "MarianMTModel" if name == "Marian" else "BartForConditionalGeneration"
    expected, logits = theirs_and_ours(torch, transformers, model_name, tmp_path)
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_sinusoids_in_a_file_are_compared_with_ours(transformers, tmp_path):
    config = transformers.MarianConfig(**SIZES)
    model = transformers.MarianMTModel(config)
    model.save_pretrained(tmp_path)
    table = model.model.encoder.embed_positions.weight.detach().numpy()
    plain = EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path)
    for values in (table, table.astype(np.float16)):
        with_tensor(tmp_path, "model.decoder.embed_positions.weight", values)
        ours = EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path, require_all=True)
        np.testing.assert_array_equal(ours.token.table[...], plain.token.table[...])
    for values in (table[:, ::-1].copy(), table[:-1], table + 0.01):
        with_tensor(tmp_path, "model.decoder.embed_positions.weight", values)
        with pytest.raises(UserError, match=r"model.decoder.embed_positions.weight is not the"):
            EncoderDecoderForConditionalGeneration.from_pretrained(tmp_path)


def test_the_textbook_has_the_bias_and_its_gradient(float64):
    model = build(jnp.float64, logits_bias=True)
    model.final_logits_bias[...] = jnp.linspace(-1, 1, 16)[None]
    parameters = nnx.to_pure_dict(nnx.state(model))
    parameters = jax.tree.map(np.asarray, parameters)
    inputs = (np.array([[5, 6, 7]]), np.array([[1, 8]]), np.ones((1, 3), int), np.ones((1, 2), int))
    output = encoder_decoder(parameters, *inputs, model.config)
    logits = model(*inputs).logits
    np.testing.assert_allclose(output.logits, logits, rtol=1e-9)
    d = np.arange(32.0).reshape(1, 2, 16)
    gradient = encoder_decoder_backward(d, parameters, *inputs, model.config)
    np.testing.assert_array_equal(gradient["final_logits_bias"], d.sum(1))
