"""Whole models: small random configs, inputs and weights, each determined by a seed.

An implementation is compared through an adapter (`tests/adapters/`). Nothing here needs PyTorch;
HuggingFace's results are computed in `huggingface.py` and stored in
`stored_models.py`.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from tiny import EVERY_MODEL

from zen_transformer import BertConfig, EncoderDecoderConfig, GPTConfig

Arrays = dict[str, np.ndarray]
Config = BertConfig | GPTConfig | EncoderDecoderConfig
GPT, ENCODER_DECODER = "GPTForCausalLM", "EncoderDecoderForConditionalGeneration"
NAMES = (*EVERY_MODEL, GPT, ENCODER_DECODER)
NORMS = ("LayerNorm.weight", "layer_norm.weight", "ln_1.weight", "ln_2.weight", "ln_f.weight")
"""Suffixes of the names of LayerNorms' scales."""
SLICE, FULL = 5, 25
"""Number of configs of every model that are compared by default, and with `--full`."""
CHOICES = 3
"""Number of choices of BertForMultipleChoice."""
LABELS = {
    "prediction_logits": "labels",
    "seq_relationship_logits": "next_sentence_label",
    "start_logits": "start_positions",
    "end_logits": "end_positions",
    "logits": "labels",
}
"""HuggingFace's names of the outputs, with those of their labels."""


class Case(NamedTuple):
    """A model with its weights and inputs, and HuggingFace's outputs and gradients."""

    name: str
    seed: int
    config: Config
    weights: Arrays
    inputs: Arrays
    labels: Arrays
    outputs: Arrays
    gradients: Arrays


def cases(count: int) -> list[tuple[str, int]]:
    """List every model with `count` seeds."""
    return [(name, seed) for name in NAMES for seed in range(count)]


def random_config(seed: int) -> BertConfig:
    """Draw a small config whose sizes all differ. Three consecutive seeds have all three
    activations and all three ε, nine have all pairs; the first is BERT's."""
    rng = np.random.default_rng([1, seed])
    heads = int(rng.integers(1, 5))
    return BertConfig(
        vocab_size=int(rng.integers(20, 60)),
        hidden_size=heads * int(rng.integers(2, 6)),
        num_hidden_layers=int(rng.integers(1, 4)),
        num_attention_heads=heads,
        intermediate_size=int(rng.integers(3, 20)),
        hidden_act=("gelu", "gelu_new", "relu")[seed % 3],
        max_position_embeddings=int(rng.integers(10, 20)),
        type_vocab_size=int(rng.integers(1, 4)),
        layer_norm_eps=(1e-12, 1e-6, 1e-2)[(seed + seed // 3) % 3],
        num_labels=int(rng.integers(2, 5)),
    )


def random_gpt_config(seed: int) -> GPTConfig:
    """Make a `GPTConfig` with the sizes of `random_config`."""
    sizes = random_config(seed)
    return GPTConfig(
        vocab_size=sizes.vocab_size,
        n_positions=sizes.max_position_embeddings,
        n_embd=sizes.hidden_size,
        n_layer=sizes.num_hidden_layers,
        n_head=sizes.num_attention_heads,
        n_inner=(None, sizes.intermediate_size)[seed % 2],
        activation_function=("gelu_new", "gelu", "relu")[seed % 3],
        layer_norm_epsilon=(1e-5, 1e-12, 1e-2)[(seed + seed // 3) % 3],
        bos_token_id=0,
        eos_token_id=0,
    )


def random_encoder_decoder_config(seed: int) -> EncoderDecoderConfig:
    """Make an `EncoderDecoderConfig` with the sizes of `random_config`, other ones for the decoder,
    and the options of the paper, Marian or BART."""
    sizes, rng = random_config(seed), np.random.default_rng([5, seed])
    heads, hidden = sizes.num_attention_heads, sizes.hidden_size
    if hidden % 2:  # Marian's sinusoids want pairs of columns
        heads, hidden = 1, hidden + 1
    learned = seed % 3 == 2
    return EncoderDecoderConfig(
        vocab_size=sizes.vocab_size,
        d_model=hidden,
        encoder_layers=sizes.num_hidden_layers,
        decoder_layers=int(rng.integers(1, 4)),
        encoder_attention_heads=heads,
        decoder_attention_heads=int(rng.choice([1, heads])),
        encoder_ffn_dim=sizes.intermediate_size,
        decoder_ffn_dim=int(rng.integers(3, 20)),
        activation_function=("relu", "gelu", "gelu_new")[(seed + seed // 3) % 3],
        max_position_embeddings=sizes.max_position_embeddings,
        positions=("sinusoidal", "sinusoidal-halves", "learned")[seed % 3],
        normalize_embedding=learned,
        scale_embedding=seed % 2 == 0,
    )


def config_for(name: str, seed: int) -> Config:
    """Draw the config of a model. Question answering has two labels, start and end."""
    if name == GPT:
        return random_gpt_config(seed)
    if name == ENCODER_DECODER:
        return random_encoder_decoder_config(seed)
    config = random_config(seed)
    if name == "BertForQuestionAnswering":
        return dataclasses.replace(config, num_labels=2)
    return config


def random_mask(rng: np.random.Generator, rows: int, length: int, pattern: str) -> np.ndarray:
    """Draw an attention mask with padding on one side, with holes, or of ones. At least one token
    of every row is real, since implementations differ where none is."""
    if pattern == "holes":
        mask = rng.random((rows, length)) < 0.6
        mask[np.arange(rows), rng.integers(0, length, rows)] = True
        return mask.astype(int)
    lengths = rng.integers(1, length + 1, rows) if pattern != "none" else np.full(rows, length)
    mask = (np.arange(length) < lengths[:, None]).astype(int)
    return mask[:, ::-1].copy() if pattern == "left" else mask


def random_segments(rng: np.random.Generator, mask: np.ndarray, segments: int) -> np.ndarray:
    """Draw segments, in order as in a pair of sentences or in any order."""
    rows, length = mask.shape
    anyhow = rng.integers(0, segments, (rows, length))
    return anyhow if rng.random() < 0.5 else np.sort(anyhow, axis=1) * mask


def random_inputs(seed: int, config: BertConfig, name: str = "") -> Arrays:
    """Draw ids or vectors and, with some seeds, a mask, segments and positions."""
    rng = np.random.default_rng([2, seed])
    choices = CHOICES if name == "BertForMultipleChoice" else 1
    rows, length = int(rng.integers(1, 5)) * choices, int(rng.integers(1, 10))
    pattern = ("right", "left", "holes", "none")[int(rng.integers(4))]
    mask = random_mask(rng, rows, length, pattern)
    positions = rng.integers(0, config.max_position_embeddings, (rows, length))
    inputs = {
        "attention_mask": mask,
        "token_type_ids": random_segments(rng, mask, config.type_vocab_size),
        "position_ids": positions,
    }
    inputs = {name: values for name, values in inputs.items() if rng.random() < 0.7}
    if rng.random() < 0.2:
        inputs["inputs_embeds"] = rng.normal(size=(rows, length, config.hidden_size))
    else:
        inputs["input_ids"] = rng.integers(0, config.vocab_size, (rows, length))
    if choices == 1:
        return inputs
    return {name: x.reshape(-1, choices, *x.shape[1:]) for name, x in inputs.items()}


def random_text(seed: int, config: GPTConfig) -> Arrays:
    """Draw ids, with or without padding at the end, and with some seeds positions."""
    rng = np.random.default_rng([2, seed])
    rows, length = int(rng.integers(1, 5)), int(rng.integers(1, config.n_positions + 1))
    inputs = {
        "input_ids": rng.integers(0, config.vocab_size, (rows, length)),
        "attention_mask": random_mask(rng, rows, length, ("none", "right")[seed % 2]),
    }
    if rng.random() < 0.4:
        inputs["position_ids"] = rng.integers(0, config.n_positions, (rows, length))
    return inputs


def random_pair_of_texts(seed: int, config: EncoderDecoderConfig) -> Arrays:
    """Draw both sides of a pair, of different length, each with or without padding."""
    rng = np.random.default_rng([2, seed])
    rows = int(rng.integers(1, 5))
    source, target = rng.integers(1, config.max_position_embeddings + 1, 2)
    kinds = (("none", "right"), ("left", "none"), ("right", "right"), ("holes", "none"))[seed % 4]
    inputs = {
        "input_ids": rng.integers(0, config.vocab_size, (rows, source)),
        "decoder_input_ids": rng.integers(0, config.vocab_size, (rows, target)),
        "attention_mask": random_mask(rng, rows, int(source), kinds[0]),
        "decoder_attention_mask": random_mask(rng, rows, int(target), kinds[1]),
    }
    return inputs


def inputs_for(name: str, seed: int, config: Config) -> Arrays:
    """Draw the inputs of a model."""
    if isinstance(config, GPTConfig):
        return random_text(seed, config)
    if isinstance(config, EncoderDecoderConfig):
        return random_pair_of_texts(seed, config)
    return random_inputs(seed, config, name)


def random_weights(name: str, shape: tuple[int, ...], seed: int, scale: float) -> np.ndarray:
    """Draw a parameter of this name from a normal distribution around 1 for LayerNorms' scales and
    around 0 otherwise. The encoder has the same weights in every model, and all numbers have ten
    binary places, so that the stored file stays small."""
    rng = np.random.default_rng([4, seed, *name.removeprefix("bert.").encode()])
    drawn = np.round(scale * rng.normal(size=shape) * 2**10) / 2**10
    return drawn + name.endswith(NORMS)


def random_labels(outputs: Arrays, mask: np.ndarray | None) -> Arrays:
    """Draw a class for every row of logits, except at padding where every token has a row. Models
    without logits get weights in the shapes of their outputs."""
    labels: Arrays = {}
    for logits_name, name in LABELS.items():
        if logits_name in outputs:
            *rows, classes = outputs[logits_name].shape
            labels[name] = np.random.default_rng([3, len(labels)]).integers(0, classes, rows)
            if len(rows) == 2 and mask is not None:
                labels[name] = np.where(mask, labels[name], -100)
    weighed = ("last_hidden_state", "pooler_output")
    return labels or {
        name: np.random.default_rng([3, place]).normal(size=outputs[name].shape)
        for place, name in enumerate(weighed)
    }


def named(outputs: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """List outputs by name, each hidden state and attention map separately."""
    for name, values in outputs.items():
        if isinstance(values, tuple | list):
            yield from ((f"{name}.{number}", one) for number, one in enumerate(values))
        else:
            yield name, values
