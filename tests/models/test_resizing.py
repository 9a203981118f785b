"""Models of another number of tokens, beside HuggingFace's `resize_token_embeddings`."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import batch_for, tiny_config

import zen_transformer as zen
from zen_transformer.models.pretrained import flat_parameters

GPT = zen.GPTConfig(
    vocab_size=17, n_positions=8, n_embd=8, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
)
MARIAN = zen.EncoderDecoderConfig(
    vocab_size=17,
    d_model=8,
    encoder_layers=1,
    decoder_layers=1,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=16,
    decoder_ffn_dim=16,
    max_position_embeddings=8,
    positions="sinusoidal-halves",
    logits_bias=True,
    pad_token_id=3,
)
BERT = tiny_config(vocab_size=17, layer_norm_eps=1e-5)
MODELS = {
    "BertForPreTraining": (BERT, "BertForPreTraining"),
    "BertForSequenceClassification": (BERT, "BertForSequenceClassification"),
    "GPTForCausalLM": (GPT, "GPT2LMHeadModel"),
    "EncoderDecoderForConditionalGeneration": (MARIAN, "MarianMTModel"),
}
"""The config of each model, and the name of the model in HuggingFace."""
IDS = np.array([[5, 6, 7]])


def build(name):
    """A model whose biases are no zeros."""
    model = getattr(zen, name)(MODELS[name][0], rngs=nnx.Rngs(0))
    for path, leaf in flat_parameters(model).items():
        if path.endswith("bias"):
            leaf.set_value(jnp.linspace(-1.0, 2.0, leaf.size).reshape(leaf.shape))
    return model


def tables(model):
    """The parameters that have an entry for each token."""
    return {
        name: np.asarray(leaf[...])
        for name, leaf in flat_parameters(model).items()
        if model.config.vocab_size in leaf.shape
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("tokens", "multiple"), [(19, None), (17, 8), (12, None), (None, 64)])
def test_as_in_huggingface_up_to_their_noise(transformers, tmp_path, name, tokens, multiple):
    model = build(name)
    model.save_pretrained(tmp_path / "before")
    theirs = getattr(transformers, MODELS[name][1]).from_pretrained(tmp_path / "before")
    if name.startswith("Encoder"):  # Marian's bias is not padded there, and a size has to be said
        theirs.resize_token_embeddings(-(-(tokens or 17) // (multiple or 1)) * (multiple or 1))
    else:
        theirs.resize_token_embeddings(tokens, pad_to_multiple_of=multiple)
    theirs.save_pretrained(tmp_path / "theirs")
    expected = type(model).from_pretrained(tmp_path / "theirs", require_all=True)
    model.resize_token_embeddings(tokens, pad_to_multiple_of=multiple)
    assert model.config.vocab_size == expected.config.vocab_size == theirs.config.vocab_size
    ours = flat_parameters(model)
    assert ours.keys() == flat_parameters(expected).keys()
    for path, leaf in flat_parameters(expected).items():
        np.testing.assert_allclose(ours[path][...], leaf[...], atol=1e-3, err_msg=path)


@pytest.mark.parametrize("name", MODELS)
def test_new_entries_are_the_mean_and_the_old_ones_stay(name, tmp_path):
    model, before = build(name), tables(build(name))
    assert len(before) == 1 + (name != "GPTForCausalLM" and "Classification" not in name)
    model.resize_token_embeddings(19)
    after = tables(model)
    assert after.keys() == before.keys()
    for path, old in before.items():
        new = after[path].T if old.ndim == 2 and len(old) == 1 else after[path]
        old = old.T if old.ndim == 2 and len(old) == 1 else old
        np.testing.assert_array_equal(new[:17], old)
        mean = 0.0 if path.endswith("bias") else old.mean(axis=0)
        np.testing.assert_allclose(new[17:], np.broadcast_to(mean, new[17:].shape), atol=1e-6)
    more = {"labels": IDS} if name.startswith("Encoder") else {}
    assert model(IDS + 11, **more)[0].size  # the new ids are allowed everywhere
    model.save_pretrained(tmp_path)
    again = type(model).from_pretrained(tmp_path, require_all=True)
    assert again.config == model.config
    assert len({id(m.config) for _, m in nnx.iter_modules(model) if hasattr(m, "config")}) == 1


def test_the_old_tokens_keep_their_logits():
    model = build("BertForPreTraining")
    batch = batch_for("BertForPreTraining")
    before = model(**batch).prediction_logits
    model.resize_token_embeddings(pad_to_multiple_of=24)
    after = model(**batch).prediction_logits
    assert after.shape[-1] == 24
    np.testing.assert_allclose(after[..., :17], before, rtol=1e-5, atol=1e-5)
    mean = before.mean(axis=-1, keepdims=True) - model.masked_lm_head.bias[:17].mean()
    np.testing.assert_allclose(
        after[..., 17:], np.broadcast_to(mean, after[..., 17:].shape), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((0,), "new_num_tokens is 0: it must be at least 1"),
        ((3,), "pad_token_id 3 lies outside"),
        ((20, 0), "pad_to_multiple_of is 0"),
        ((20.5,), "new_num_tokens is 20.5: it must be a whole number"),
    ],
)
def test_numbers_that_cannot_be_are_named(arguments, said):
    with pytest.raises(zen.UserError, match=said):
        build("EncoderDecoderForConditionalGeneration").resize_token_embeddings(*arguments)
