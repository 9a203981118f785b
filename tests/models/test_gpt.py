import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import GPTConfig, GPTForCausalLM, GPTModel, UserError
from zen_transformer.models.pretrained import flat_parameters

FIELDS = {
    "vocab_size": 16,
    "n_positions": 12,
    "n_embd": 8,
    "n_layer": 2,
    "n_head": 2,
    "initializer_range": 0.5,
    "bos_token_id": 0,
    "eos_token_id": 0,
}
IDS = np.random.default_rng(0).integers(0, 16, (3, 9))


def build(model=GPTForCausalLM, dtype=jnp.float32, **changes):
    return model(GPTConfig(**FIELDS | changes), rngs=nnx.Rngs(0), dtype=dtype)


def test_nothing_changes_what_stands_before_it():
    model = build()
    other = IDS.copy()
    other[:, 5:] = (other[:, 5:] + 1) % 16
    before, after = (model(ids).logits for ids in (IDS, other))
    np.testing.assert_allclose(before[:, :5], after[:, :5], atol=1e-6)
    assert np.abs(before[:, 5:] - after[:, 5:]).max() > 0.1


def test_hidden_states_end_in_the_layer_norm():
    output = build(GPTModel)(IDS, output_hidden_states=True, output_attentions=True)
    assert len(output.hidden_states) == 3
    np.testing.assert_array_equal(output.hidden_states[-1], output.last_hidden_state)
    np.testing.assert_allclose(output.last_hidden_state.mean(axis=-1), 0.0, atol=1e-5)
    for weights in output.attentions:
        np.testing.assert_allclose(np.triu(weights, 1), 0.0)


def test_what_adds_to_the_residual_starts_smaller():
    model = build(initializer_range=0.02, n_embd=64, n_layer=8)
    deviations = {name: float(jnp.std(leaf[...])) for name, leaf in flat_parameters(model).items()}
    for name, deviation in deviations.items():
        if name.endswith("output.kernel"):
            assert deviation == pytest.approx(0.02 / 4, rel=0.1), name
        elif name.endswith(("kernel", "table")):
            assert deviation == pytest.approx(0.02, rel=0.1), name


def test_dropout_wants_a_key():
    model = build(resid_pdrop=0.5, embd_pdrop=0.5, attn_pdrop=0.5)
    np.testing.assert_array_equal(model(IDS).logits, model(IDS).logits)
    first, second = (model(IDS, key=jax.random.key(seed)).logits for seed in (0, 1))
    assert np.abs(first - second).max() > 0.1


# The cache


def stepwise(model, ids, mask, positions, capacity, pieces):
    """Logits of a text that is read in several steps, given the tokens of each step."""
    cache, start, logits = model.empty_cache(len(ids), capacity), 0, []
    for length in pieces:
        part = slice(start, start + length)
        output = model(ids[:, part], mask, positions[:, part], past_key_values=cache)
        cache, start = output.past_key_values, start + length
        logits.append(output.logits)
    return jnp.concatenate(logits, axis=1)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("pieces", [(1,) * 9, (4, 1, 1, 1, 1, 1), (9,), (3, 3, 3)])
@pytest.mark.parametrize("padding", [False, True])
def test_token_by_token_is_the_same_as_all_at_once(pieces, padding):
    """Also for shorter texts with padding on the left."""
    model = build(dtype=jnp.float64)
    mask = np.arange(12) >= np.array([0, 2, 4])[:, None] * padding
    positions = np.maximum(np.cumsum(mask, axis=1) - 1, 0)[:, :9]
    whole = model(IDS, mask[:, :9], positions).logits
    parts = stepwise(model, IDS, mask, positions, 12, pieces)
    real = mask[:, :9]
    np.testing.assert_allclose(parts[real], whole[real], atol=1e-12)


def test_one_compiled_step_serves_for_all_lengths():
    model = build()
    graph, parameters = nnx.split(model)
    compiled = 0

    @jax.jit
    def step(parameters, ids, cache):
        nonlocal compiled
        compiled += 1
        output = nnx.merge(graph, parameters)(ids, past_key_values=cache)
        return output.logits, output.past_key_values

    cache, whole = model.empty_cache(3, 12), model(IDS).logits
    for place in range(9):
        logits, cache = step(parameters, IDS[:, place : place + 1], cache)
        np.testing.assert_allclose(logits[:, 0], whole[:, place], atol=1e-5)
    assert compiled == 1


# What cannot work


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda model: model(np.zeros((1, 13), int)), "13 tokens, the model has 12 positions"),
        (lambda model: model(np.zeros((1, 0), int)), "no tokens"),
        (lambda model: model(np.full((1, 2), 16)), "input_ids has 16, allowed are 0 to 15"),
        (lambda model: model(), "either input_ids or inputs_embeds"),
        (lambda model: model(IDS, np.ones((3, 8))), r"attention_mask has shape \(3, 8\)"),
        (lambda model: model.empty_cache(1, 13), "13 tokens, the model has 12 positions"),
    ],
)
def test_wrong_input_is_named(run, said):
    with pytest.raises(UserError, match=said):
        run(build())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_head": 3}, "n_embd 8 is not divisible by n_head 3"),
        ({"n_layer": 0}, "n_layer is 0"),
        ({"activation_function": "swish"}, "gelu, gelu_new, relu"),
        ({"attn_pdrop": 1.0}, "attn_pdrop is 1.0"),
        ({"n_inner": 0}, "n_inner is 0"),
    ],
)
def test_a_shape_that_cannot_work_is_named(changes, said):
    with pytest.raises(UserError, match=said):
        GPTConfig(**FIELDS | changes)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"model_type": "bert"}, "model_type is 'bert'"),
        ({"scale_attn_by_inverse_layer_idx": True}, "is true: every block"),
        ({"add_cross_attention": True}, "add_cross_attention is true"),
        ({"n_embed": 8}, "unknown field in the model's config: n_embed"),
    ],
)
def test_a_file_that_asks_for_something_else_is_named(fields, said):
    with pytest.raises(UserError, match=said):
        GPTConfig.from_dict(fields)


@pytest.mark.slow
def test_the_defaults_are_those_of_huggingface(transformers):
    theirs = transformers.GPT2Config()
    assert GPTConfig.from_dict(theirs.to_dict()) == GPTConfig()


# Files


@pytest.mark.slow
@given(st.integers(1, 3), st.integers(1, 3))
def test_survives_a_folder(tmp_path_factory, layers, heads):
    model = build(n_layer=layers, n_head=heads, n_embd=4 * heads)
    folder = tmp_path_factory.mktemp("gpt")
    model.save_pretrained(folder)
    again = GPTForCausalLM.from_pretrained(folder)
    assert again.config == model.config
    np.testing.assert_array_equal(again(IDS).logits, model(IDS).logits)


@pytest.mark.slow
def test_huggingface_opens_what_we_save_and_we_what_they_save(torch, transformers, tmp_path):
    model = build()
    model.save_pretrained(tmp_path / "ours")
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path / "ours").eval()
    with torch.no_grad():
        logits = theirs(torch.tensor(IDS)).logits.numpy()
    np.testing.assert_allclose(model(IDS).logits, logits, atol=1e-4)
    for part, name in ((theirs, "whole"), (theirs.transformer, "bare")):
        part.save_pretrained(tmp_path / name)
        again = GPTForCausalLM.from_pretrained(tmp_path / name)
        np.testing.assert_array_equal(again(IDS).logits, model(IDS).logits)


def test_the_buffers_of_old_files_are_passed_over(tmp_path):
    from safetensors.numpy import load_file, save_file

    model = build()
    model.save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["transformer.h.0.attn.bias"] = np.tri(12, dtype=np.uint8)
    tensors["transformer.h.0.attn.masked_bias"] = np.array(-1e4, np.float32)
    save_file(tensors, tmp_path / "model.safetensors")
    again = GPTForCausalLM.from_pretrained(tmp_path)
    np.testing.assert_array_equal(again(IDS).logits, model(IDS).logits)


def test_a_folder_of_the_bare_model_is_read(torch, transformers, tmp_path):
    """Its tensors lack the prefix; HuggingFace ties the head to the embeddings, as we do."""
    config = transformers.GPT2Config(
        vocab_size=16, n_positions=8, n_embd=8, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    transformers.GPT2Model(config).save_pretrained(tmp_path)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    ids = np.array([[3, 4, 5]])
    with torch.no_grad():
        expected = theirs(torch.tensor(ids)).logits.numpy()
    ours = GPTForCausalLM.from_pretrained(tmp_path, require_all=True)
    np.testing.assert_allclose(ours(ids).logits, expected, atol=1e-5)
