"""LoRA without the PEFT library: its equation, and what attaching it changes and leaves."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from reference.finite_differences import check_gradient

from zen_transformer import (
    BertConfig,
    BertForSequenceClassification,
    GPTConfig,
    GPTForCausalLM,
)
from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import random_dropout
from zen_transformer.models.pretrained import flat_parameters
from zen_transformer.numpy_nn.lora import lora as numpy_lora
from zen_transformer.numpy_nn.lora import lora_backward
from zen_transformer.peft.adapter import Adapter, attach
from zen_transformer.peft.files import load_adapter, save_adapter
from zen_transformer.peft.lora import lora, lora_scale
from zen_transformer.peft.lora_config import LoraConfig
from zen_transformer.training.step import init_state, merge_parameters, partition_parameters

SIZES = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2}
IDS = np.arange(12).reshape(2, 6)
EVERYWHERE = ("query", "key", "value", "output.dense", "intermediate.dense")


def bert() -> BertForSequenceClassification:
    config = BertConfig(
        vocab_size=20, intermediate_size=12, max_position_embeddings=8, num_labels=3, **SIZES
    )
    return BertForSequenceClassification(config, rngs=nnx.Rngs(0), dtype=jnp.float64)


def attached(**settings) -> tuple[BertForSequenceClassification, Adapter]:
    model = bert()
    config = LoraConfig(**{"r": 3, "lora_alpha": 7, "target_modules": EVERYWHERE, **settings})
    return model, attach(model, config, rngs=nnx.Rngs(1))


def shake(model, adapter: Adapter) -> None:
    """Give random values to what is trained."""
    rng = np.random.default_rng(0)
    for path, leaf in flat_parameters(model).items():
        if adapter.trainable(path.replace(".", "/")):
            leaf.set_value(leaf[...] + 0.3 * rng.normal(size=leaf.shape))


def logits(model) -> np.ndarray:
    return np.asarray(model(IDS).logits)


def test_one_row_by_hand():
    # x A = 1·1 + 2·3 = 7; 7 B = [14, −7]; s = 2
    a, b = np.array([[1.0], [3.0]]), np.array([[2.0, -1.0]])
    np.testing.assert_array_equal(numpy_lora(np.array([[1.0, 2.0]]), a, b, 2.0), [[28.0, -14.0]])


def test_the_scale():
    assert lora_scale(7, 4) == 7 / 4
    assert lora_scale(7, 4, stabilised=True) == 7 / 2


def test_the_gradient_by_hand(float64):
    rng = np.random.default_rng(0)
    p = {
        "x": rng.normal(size=(2, 3, 5)),
        "a": rng.normal(size=(5, 2)),
        "b": rng.normal(size=(2, 4)),
    }
    dy = rng.normal(size=(2, 3, 4))
    gradient = dict(zip(p, lora_backward(dy, *p.values(), 1.5), strict=True))
    check_gradient(lambda: float(np.sum(numpy_lora(*p.values(), 1.5) * dy)), p, gradient)
    jaxs = jax.grad(lambda *arrays: jnp.sum(lora(*arrays, 1.5) * dy), (0, 1, 2))(*p.values())
    for one, other in zip(gradient.values(), jaxs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("dora", [False, True])
def test_at_first_it_changes_nothing_and_switched_off_never(float64, dora):
    before = logits(bert())
    model, adapter = attached(use_dora=dora)
    if dora:
        np.testing.assert_allclose(logits(model), before, rtol=1e-12)
    else:
        np.testing.assert_array_equal(logits(model), before)
    shake(model, adapter)
    changed = logits(model)
    assert np.abs(changed - before).max() > 1e-5
    with adapter.switched_off():
        np.testing.assert_array_equal(logits(model), before)
    np.testing.assert_array_equal(logits(model), changed)


@pytest.mark.parametrize("dora", [False, True])
def test_merged_is_the_same_and_an_ordinary_model(float64, tmp_path, dora):
    model, adapter = attached(use_dora=dora)
    shake(model, adapter)
    expected = logits(model)
    adapter.merge()
    np.testing.assert_allclose(logits(model), expected, rtol=1e-10, atol=1e-12)
    assert not any("lora" in path for path in flat_parameters(model))
    model.save_pretrained(tmp_path)
    again = BertForSequenceClassification.from_pretrained(tmp_path, dtype=jnp.float64)
    np.testing.assert_array_equal(logits(again), logits(model))
    with pytest.raises(UserError, match="merged already"):
        adapter.merge()


def test_only_lora_and_the_head_are_trained(float64):
    model, adapter = attached(modules_to_save=("classifier",))
    graph, state = nnx.split(model)
    parameters, optimizer = nnx.to_pure_dict(state), optax.sgd(0.1)
    trained, frozen = partition_parameters(parameters, adapter.trainable)

    def loss(trained):
        nnx.replace_by_pure_dict(state, merge_parameters(trained, frozen))
        return jnp.sum(nnx.merge(graph, state)(IDS).logits ** 2)

    assert init_state(parameters, optimizer, trainable=adapter.trainable) is not None
    first = jax.grad(loss)(trained)
    layer = first["bert"]["encoder"]["layers"][0]["attention"]["query"]
    assert not np.any(layer["lora_a"])
    assert np.any(layer["lora_b"])
    names = {path for path in flat_parameters(model) if adapter.trainable(path.replace(".", "/"))}
    assert {name.split(".")[-1] for name in names} == {"lora_a", "lora_b", "kernel", "bias"}
    assert {n for n in names if "lora" not in n} == {"classifier.kernel", "classifier.bias"}


def test_dropout_acts_on_the_change_alone(float64):
    model, adapter = attached(lora_dropout=0.5, target_modules=("query",))
    shake(model, adapter)
    module = next(iter(adapter.modules.values()))
    x = jnp.asarray(np.random.default_rng(0).normal(size=(4, 8)))
    with adapter.call.randomness(jax.random.key(3)):
        dropped = module(x)
    key = jax.random.fold_in(jax.random.key(3), module.number)
    rest = lora(random_dropout(x, key, 0.5), module.lora_a[...], module.lora_b[...], module.scale)
    np.testing.assert_array_equal(dropped, module.base(x) + rest)
    np.testing.assert_array_equal(
        module(x), module.base(x) + lora(x, module.lora_a[...], module.lora_b[...], module.scale)
    )
    keys = [module.call.key_of(module.number) for module in adapter.modules.values()]
    assert keys == [None] * len(keys)


def test_every_adapter_and_every_sequence_has_a_key_of_its_own(float64):
    _, adapter = attached(lora_dropout=0.5)
    numbers = [module.number for module in adapter.modules.values()]
    assert numbers == list(range(len(numbers)))
    keys = jax.random.split(jax.random.key(0), 3)
    with adapter.call.randomness(keys):
        drawn = [jax.random.key_data(adapter.call.key_of(number)) for number in numbers]
    assert len({tuple(row) for rows in drawn for row in np.asarray(rows).tolist()}) == 3 * len(
        numbers
    )


def test_generation_with_a_cache_is_the_same_text(float64):
    config = GPTConfig(vocab_size=20, n_positions=12, n_embd=8, n_layer=2, n_head=2)
    model = GPTForCausalLM(config, rngs=nnx.Rngs(0), dtype=jnp.float64)
    adapter = attach(model, LoraConfig(r=2), rngs=nnx.Rngs(1))
    shake(model, adapter)
    whole = model(IDS).logits
    cache = model.empty_cache(2, 6)
    first = model(IDS[:, :4], past_key_values=cache)
    second = model(IDS[:, 4:], past_key_values=first.past_key_values)
    np.testing.assert_allclose(second.logits, whole[:, 4:], rtol=1e-10)


def test_a_folder_reads_back_what_was_saved(float64, tmp_path):
    model, adapter = attached(modules_to_save=("classifier",), use_rslora=True)
    shake(model, adapter)
    save_adapter(adapter, tmp_path / "adapter")
    again = bert()
    read = load_adapter(again, tmp_path / "adapter")
    assert read.config == adapter.config
    np.testing.assert_array_equal(logits(again), logits(model))


# What is refused


def test_what_cannot_be_attached(float64):
    with pytest.raises(UserError, match="none of the 14 linear maps: their names are such as bert"):
        attached(target_modules=("q_proj",))
    with pytest.raises(UserError, match="no regular expression"):
        attached(target_modules="(")
    model, _ = attached()
    with pytest.raises(UserError, match="has an adapter already"):
        attach(model, LoraConfig(), rngs=nnx.Rngs(0))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bias": "all"}, "bias is 'all', which is not computed here"),
        ({"layers_to_transform": [1]}, "layers_to_transform is"),
        ({"r": 0}, "r is 0"),
        ({"lora_dropout": 1.5}, "lora_dropout is 1.5"),
        ({"alora_invocation_tokens": [1]}, "alora_invocation_tokens is"),
    ],
)
def test_settings_that_are_refused(fields, message):
    with pytest.raises(UserError, match=message.replace("[", r"\[")):
        LoraConfig.from_dict({"peft_type": "LORA", **fields})


def test_a_target_is_a_whole_part_of_a_name(float64):
    _, adapter = attached(target_modules=("dense",))
    assert {name.rpartition(".")[2] for name in adapter.modules} == {"dense"}
    _, adapter = attached(target_modules=r".*\.1\..*query")
    assert list(adapter.modules) == ["bert.encoder.layer.1.attention.self.query"]


def test_a_method_that_is_not_here(float64, tmp_path):
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "VERA"}', "utf-8")
    with pytest.raises(UserError, match="peft_type is 'VERA', and only LORA, IA3 are read here"):
        load_adapter(bert(), tmp_path)


def test_files_that_do_not_fit_are_named(float64, tmp_path):
    _, adapter = attached(target_modules=("query",))
    save_adapter(adapter, tmp_path / "adapter")
    other = tmp_path / "adapter" / "adapter_config.json"
    text = other.read_text("utf-8")
    other.write_text(text.replace('"query"', '"key"'), "utf-8")
    with pytest.raises(UserError, match=r"lacks .*self\.key.* and has also .*self\.query"):
        load_adapter(bert(), tmp_path / "adapter")
    other.write_text(text.replace('"r": 3', '"r": 2'), "utf-8")
    with pytest.raises(
        UserError, match=r"lora_a of bert.* has shape \(8, 3\), the model asks for \(8, 2\)"
    ):
        load_adapter(bert(), tmp_path / "adapter")
