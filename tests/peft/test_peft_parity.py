"""LoRA and IA³ beside the PEFT library's, on the same models in float64: outputs, gradients, and
files both ways."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.huggingface import as_ours, huggingface_model
from reference.models import ENCODER_DECODER, GPT, config_for, inputs_for

from zen_transformer.models.pretrained import flat_parameters
from zen_transformer.peft.adapter import Adapter, attach
from zen_transformer.peft.files import by_file_name, load_adapter, save_adapter
from zen_transformer.peft.ia3_config import Ia3Config
from zen_transformer.peft.lora_config import LoraConfig

CLASSIFIER = "BertForSequenceClassification"
ALL = {
    CLASSIFIER: ["query", "value", "output.dense", "intermediate.dense"],
    GPT: ["c_attn", "c_proj", "c_fc"],
    ENCODER_DECODER: ["q_proj", "out_proj", "fc1", "fc2"],
}
DEFAULTS = {CLASSIFIER: ["query", "value"], GPT: ["c_attn"], ENCODER_DECODER: ["q_proj", "v_proj"]}
IA3 = {
    CLASSIFIER: ["key", "value", "output.dense"],
    GPT: ["c_attn", "mlp.c_proj"],
    ENCODER_DECODER: ["q_proj", "v_proj", "fc2"],
}
CASES = {
    "defaults": ({"r": 8, "lora_alpha": 8}, DEFAULTS),
    "everywhere": ({"r": 3, "lora_alpha": 7}, ALL),
    "stabilised": ({"r": 4, "lora_alpha": 7, "use_rslora": True}, ALL),
    "dora": ({"r": 2, "lora_alpha": 5, "use_dora": True}, ALL),
    "ia3": ({}, IA3),
    "patterns": ({"r": 2, "lora_alpha": 5, "rank_pattern": {"1.*": 3}, "alpha_pattern": {}}, ALL),
}


@pytest.fixture
def peft(transformers):
    """The PEFT library."""
    return pytest.importorskip("peft", reason="peft is not installed")


@dataclass
class Pair:
    """A model here, HuggingFace's with the PEFT library's LoRA, and inputs."""

    ours: Any
    theirs: Any
    inputs: dict[str, np.ndarray]


def pair(peft: Any, name: str, case: str, folder: Path) -> Pair:
    """Build both models with the same weights, and random LoRA in theirs."""
    import torch
    import transformers

    seed = 1
    config = config_for(name, seed)
    theirs = huggingface_model(transformers, name, config, seed)
    ours = as_ours(theirs, folder / "model", jnp.float64)
    settings, targets = CASES[case]
    saved = ["classifier"] if name == CLASSIFIER else None
    common = {**settings, "target_modules": targets[name], "modules_to_save": saved}
    if case == "ia3":
        lora = peft.IA3Config(**common, feedforward_modules=targets[name][-1:])
    else:
        lora = peft.LoraConfig(**common)
    theirs = peft.get_peft_model(theirs, lora).double().eval()
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter_name, parameter in theirs.named_parameters():
            if parameter.requires_grad:
                noise = torch.randn_like(parameter) * 0.3
                parameter.add_(noise.abs() if "magnitude" in parameter_name else noise)
    return Pair(ours, theirs, inputs_for(name, seed, config))


def outputs_of(model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """HuggingFace's logits."""
    import torch

    with torch.no_grad():
        return model(**{name: torch.tensor(x) for name, x in inputs.items()}).logits.numpy()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "case"),
    [
        (CLASSIFIER, "defaults"),
        (CLASSIFIER, "ia3"),
        (GPT, "dora"),
        (ENCODER_DECODER, "everywhere"),
    ],
)
def test_a_folder_of_theirs(peft, float64, tmp_path, name, case):
    both = pair(peft, name, case, tmp_path)
    both.theirs.save_pretrained(tmp_path / "adapter")
    adapter = load_adapter(both.ours, tmp_path / "adapter")
    expected = outputs_of(both.theirs, both.inputs)
    np.testing.assert_allclose(both.ours(**both.inputs).logits, expected, rtol=1e-10, atol=1e-10)
    check_gradients(both, adapter)
    adapter.merge()
    np.testing.assert_allclose(both.ours(**both.inputs).logits, expected, rtol=1e-9, atol=1e-9)


def check_gradients(both: Pair, adapter: Adapter) -> None:
    """Compare the gradients of a weighted sum of the logits with respect to all that is trained."""
    import torch

    tensors = {name: torch.tensor(x) for name, x in both.inputs.items()}
    logits = both.theirs(**tensors).logits
    weights = np.random.default_rng(2).normal(size=logits.shape)
    (logits * torch.tensor(weights)).sum().backward()
    graph, state = nnx.split(both.ours)

    def loss(parameters: Any) -> Any:
        return jnp.sum(nnx.merge(graph, parameters)(**both.inputs).logits * weights)

    gradient = nnx.to_pure_dict(jax.grad(loss)(state))
    trained = {n: p.grad.numpy() for n, p in both.theirs.named_parameters() if p.requires_grad}
    compared = 0
    for whole, modules in by_file_name(adapter).items():
        start = f"base_model.model.{whole}."
        found = {n.split(f"{whole}.")[1]: x for n, x in trained.items() if n.startswith(start)}
        parts = [leaves(gradient, path_of(both.ours, module)) for module in modules]
        if isinstance(adapter.config, Ia3Config):
            factors = np.concatenate([part["factors"] for part in parts])
            ours = {"ia3_l.default": factors.reshape(found["ia3_l.default"].shape)}
        else:
            b = np.concatenate([part["lora_b"] for part in parts], axis=1)
            ours = {"lora_A.default.weight": sum(part["lora_a"] for part in parts).T}
            ours["lora_B.default.weight"] = b.T
        if "magnitude" in parts[0]:
            lengths = np.concatenate([part["magnitude"] for part in parts])
            ours["lora_magnitude_vector.default.weight"] = lengths
        assert ours.keys() == found.keys()
        for leaf, expected in found.items():
            scale = np.abs(expected).max()
            np.testing.assert_allclose(ours[leaf], expected, rtol=1e-9, atol=1e-10 * scale)
            compared += 1
    heads = [name for name in trained if "modules_to_save" in name]
    assert compared + len(heads) == len(trained)


def path_of(model: Any, wanted: Any) -> tuple:
    return next(path for path, module in nnx.iter_modules(model) if module is wanted)


def leaves(tree: Any, path: tuple) -> dict[str, np.ndarray]:
    for key in path:
        tree = tree[key]
    return tree


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "case"),
    [
        (CLASSIFIER, "dora"),
        (GPT, "stabilised"),
        (GPT, "ia3"),
        (ENCODER_DECODER, "patterns"),
    ],
)
def test_a_folder_of_ours(peft, transformers, float64, tmp_path, name, case):
    seed = 1
    shape = config_for(name, seed)
    theirs = huggingface_model(transformers, name, shape, seed)
    ours = as_ours(theirs, tmp_path / "model", jnp.float64)
    settings, targets = CASES[case]
    saved = ("classifier",) if name == CLASSIFIER else ()
    kind = Ia3Config if case == "ia3" else LoraConfig
    config = kind(**settings, target_modules=tuple(targets[name]), modules_to_save=saved)
    adapter = attach(ours, config, rngs=nnx.Rngs(0))
    rng = np.random.default_rng(3)
    for path, leaf in flat_parameters(ours).items():
        if adapter.trainable(path.replace(".", "/")):
            noise = 0.3 * rng.normal(size=leaf.shape)
            leaf.set_value(leaf[...] + (np.abs(noise) if "magnitude" in path else noise))
    save_adapter(adapter, tmp_path / "adapter")
    opened = peft.PeftModel.from_pretrained(theirs, tmp_path / "adapter").double().eval()
    inputs = inputs_for(name, seed, shape)
    expected = ours(**inputs).logits
    np.testing.assert_allclose(outputs_of(opened, inputs), expected, rtol=1e-6, atol=1e-6)
    fresh = type(ours).from_pretrained(tmp_path / "model", dtype=jnp.float64)
    load_adapter(fresh, tmp_path / "adapter")
    np.testing.assert_allclose(fresh(**inputs).logits, expected, rtol=1e-10, atol=1e-10)
