"""HuggingFace's models with random weights, and their outputs and gradients."""

from pathlib import Path
from typing import Any

from reference.models import (
    ENCODER_DECODER,
    GPT,
    Arrays,
    Case,
    Config,
    config_for,
    inputs_for,
    named,
    random_labels,
    random_weights,
)

import zen_transformer as zen
from zen_transformer.numpy_nn.positions import sinusoidal_positions

EVERYTHING = {"output_hidden_states": True, "output_attentions": True}
CAUSAL = {"GPT2LMHeadModel": GPT, "MarianMTModel": ENCODER_DECODER}
CAUSAL["BartForConditionalGeneration"] = ENCODER_DECODER
"""HuggingFace's models for the next token, with the names of the models here."""


def huggingface_class(transformers: Any, name: str, config: Config) -> tuple[Any, Any]:
    """Return the classes of HuggingFace's model and config for a model here."""
    if name == GPT:
        return transformers.GPT2LMHeadModel, transformers.GPT2Config
    if name == ENCODER_DECODER and config.to_dict()["model_type"] == "bart":
        return transformers.BartForConditionalGeneration, transformers.BartConfig
    if name == ENCODER_DECODER:
        return transformers.MarianMTModel, transformers.MarianConfig
    return getattr(transformers, name), transformers.BertConfig


def huggingface_model(
    transformers: Any, name: str, config: Config, seed: int = 0, scale: float = 0.5
) -> Any:
    """Build a model in float64 in which no weight is 0 or 1."""
    import torch

    model_class, config_class = huggingface_class(transformers, name, config)
    model = model_class(config_class(**config.to_dict(), attn_implementation="eager"))
    model = model.double().eval()
    set_weights(
        model,
        {
            name: random_weights(name, tuple(parameter.shape), seed, scale)
            for name, parameter in model.named_parameters()
        },
    )
    if name == ENCODER_DECODER and config.positions != "learned":
        # Theirs are rounded to float32, and have the columns in one of the two orders.
        halves = config.positions == "sinusoidal-halves"
        sines = sinusoidal_positions(config.max_position_embeddings, config.d_model, halves)
        for side in (model.model.encoder, model.model.decoder):
            side.embed_positions.weight.data = torch.tensor(sines)
    # It would leave out [PAD]'s share of the gradient, which the equation has.
    for module in model.modules():
        if hasattr(module, "padding_idx"):
            module.padding_idx = None
    return model


def set_weights(model: Any, weights: Arrays) -> None:
    """Replace the weights of a model, given by HuggingFace's names."""
    import torch

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:  # sinusoids are parameters there
                parameter.copy_(torch.tensor(weights[name]))


def as_ours(model: Any, folder: Path, dtype: Any) -> Any:
    """Load the model here from the folder that HuggingFace's model saves."""
    model.save_pretrained(folder)
    name = type(model).__name__
    return getattr(zen, CAUSAL.get(name, name)).from_pretrained(folder, dtype=dtype)


def random_case(name: str, seed: int) -> Case:
    """Run a random model on random inputs."""
    import transformers

    config = config_for(name, seed)
    model = huggingface_model(transformers, name, config, seed)
    return case_of(model, config, inputs_for(name, seed, config), seed)


def case_of(model: Any, config: Config, inputs: Arrays, seed: int = 0) -> Case:
    """Compute the outputs of a model, its loss with random labels, and the gradient of the loss."""
    import torch

    tensors = {name: torch.tensor(values) for name, values in inputs.items()}
    with torch.no_grad():
        outputs = {name: x for name, x in model(**tensors).items() if hasattr(x, "shape")}
    mask = inputs.get("decoder_attention_mask", inputs.get("attention_mask"))
    labels = random_labels(outputs, mask)
    output = _with_loss(model, tensors, {name: torch.tensor(x) for name, x in labels.items()})
    output["loss"].backward()
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    name = type(model).__name__
    return Case(
        CAUSAL.get(name, name),
        seed,
        config,
        {name: p.detach().numpy() for name, p in parameters.items()},
        inputs,
        labels,
        {name: x.detach().numpy() for name, x in named(output)},
        {name: p.grad.numpy() for name, p in parameters.items() if p.grad is not None},
    )


def _with_loss(model: Any, inputs: dict[str, Any], labels: dict[str, Any]) -> dict[str, Any]:
    """Compute all outputs and the loss. That of BertModel is a weighted sum of its outputs. Models
    for the next token compute theirs in float32, so it is computed here in float64."""
    if type(model).__name__ in CAUSAL:
        import torch

        output = dict(model(**inputs, **EVERYTHING, use_cache=False))
        flat = output["logits"].flatten(0, 1), labels["labels"].flatten()
        return output | {"loss": torch.nn.functional.cross_entropy(*flat)}
    if "pooler_output" not in labels:
        return dict(model(**inputs, **labels, **EVERYTHING))
    output = dict(model(**inputs, **EVERYTHING))
    return output | {"loss": sum((labels[name] * output[name]).sum() for name in labels)}
