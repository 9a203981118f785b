"""HuggingFace's BERTs with random weights, and what they say."""

from pathlib import Path
from typing import Any

from reference.models import (
    Arrays,
    Case,
    config_for,
    named,
    random_inputs,
    random_labels,
    random_weights,
)

import zen_transformer as zen

EVERYTHING = {"output_hidden_states": True, "output_attentions": True}


def huggingface_model(
    transformers: Any, name: str, config: zen.BertConfig, seed: int = 0, scale: float = 0.5
) -> Any:
    """A model in float64 none of whose weights is zero or one."""
    theirs = transformers.BertConfig(**config.to_dict(), attn_implementation="eager")
    model = getattr(transformers, name)(theirs).double().eval()
    set_weights(
        model,
        {
            name: random_weights(name, tuple(parameter.shape), seed, scale)
            for name, parameter in model.named_parameters()
        },
    )
    # It would leave out [PAD]'s share of the gradient, which the equation has.
    model.get_input_embeddings().padding_idx = None
    return model


def set_weights(model: Any, weights: Arrays) -> None:
    """Give a model other weights, by HuggingFace's names."""
    import torch

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.tensor(weights[name]))


def as_ours(model: Any, folder: Path, dtype: Any) -> Any:
    """Our model of the same name, read from what HuggingFace saves."""
    model.save_pretrained(folder)
    return getattr(zen, type(model).__name__).from_pretrained(folder, dtype=dtype)


def random_case(name: str, seed: int) -> Case:
    """A random model on random inputs."""
    import transformers

    config = config_for(name, seed)
    model = huggingface_model(transformers, name, config, seed)
    return case_of(model, config, random_inputs(seed, config, name), seed)


def case_of(model: Any, config: zen.BertConfig, inputs: Arrays, seed: int = 0) -> Case:
    """What a model says to the inputs, its loss with random labels, and the loss's gradient."""
    import torch

    tensors = {name: torch.tensor(values) for name, values in inputs.items()}
    with torch.no_grad():
        found = {name: x for name, x in model(**tensors).items() if hasattr(x, "shape")}
    labels = random_labels(found, inputs.get("attention_mask"))
    output = _with_loss(model, tensors, {name: torch.tensor(x) for name, x in labels.items()})
    output["loss"].backward()
    parameters = dict(model.named_parameters())
    return Case(
        type(model).__name__,
        seed,
        config,
        {name: p.detach().numpy() for name, p in parameters.items()},
        inputs,
        labels,
        {name: x.detach().numpy() for name, x in named(output)},
        {name: p.grad.numpy() for name, p in parameters.items() if p.grad is not None},
    )


def _with_loss(model: Any, inputs: dict[str, Any], labels: dict[str, Any]) -> dict[str, Any]:
    """All outputs. BertModel has no loss of its own: its outputs are weighed and added up."""
    if "pooler_output" not in labels:
        return dict(model(**inputs, **labels, **EVERYTHING))
    output = dict(model(**inputs, **EVERYTHING))
    return output | {"loss": sum((labels[name] * output[name]).sum() for name in labels)}
