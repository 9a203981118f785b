"""A small BERT, pretrained for twenty steps on eight simulated devices, with every parallelism.

    python eight_devices.py DTYPE PROCESSES PROCESS ADDRESS VARIANT ...

Run as a program, since the number of devices is fixed before the first computation. Prints, as
JSON, for each variant that is named: the losses, the largest relative difference of the parameters
at the end to those of the first variant, the names of the parameters that did not change, and the
bytes that a device holds of the state.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jax

DTYPE, PROCESSES, PROCESS, ADDRESS = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4]
jax.config.update("jax_num_cpu_devices", 8 // PROCESSES)
jax.config.update("jax_disable_most_optimizations", True)
jax.config.update("jax_enable_x64", DTYPE == "float64")

import numpy as np  # noqa: E402
from flax import nnx  # noqa: E402

from zen_transformer.models.bert import BertForPreTraining  # noqa: E402
from zen_transformer.models.bert_config import BertConfig  # noqa: E402
from zen_transformer.objectives.pretraining import PretrainingObjective  # noqa: E402
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer  # noqa: E402
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS  # noqa: E402
from zen_transformer.training.checkpointing import load_state, save_state  # noqa: E402
from zen_transformer.training.loop import run_steps  # noqa: E402
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer  # noqa: E402
from zen_transformer.training.parallelism import OneDevice, choose_parallelism, gathered  # noqa: E402
from zen_transformer.training.step import (  # noqa: E402
    Trainable,
    TrainState,
    init_state,
    make_step,
    parameter_name,
)

STEPS, EXAMPLES, LENGTH = 20, 16, 16
TOKENIZER = WordPieceTokenizer([*SPECIAL_TOKENS, *(f"w{i}" for i in range(43))])
CONFIG = BertConfig(
    vocab_size=48,
    hidden_size=32,
    num_hidden_layers=1,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=LENGTH,
    initializer_range=0.2,
)


def is_trained(name: str) -> bool:
    """The feed-forward network, the word vectors and the head over the vocabulary."""
    return any(part in name for part in ("feed_forward/", "token/", "masked_lm_head/"))


VARIANTS: dict[str, dict[str, Any]] = {
    "one": {},
    "microbatches": {"microbatches": 4},
    "pmap": {"pmap": True},
    "pmap,microbatches": {"pmap": True, "microbatches": 2},
    "data=8": {"mesh": "data=8"},
    "fsdp=8": {"mesh": "fsdp=8"},
    "data=2,model=4": {"mesh": "data=2,model=4"},
    "data=2,fsdp=2,model=2": {"mesh": "data=2,fsdp=2,model=2", "microbatches": 2},
}
VARIANTS |= {
    f"some:{name}": options | {"trainable": is_trained} for name, options in VARIANTS.items()
}


def make_batch(step: int) -> dict[str, np.ndarray]:
    """Uneven: the first examples are short, so that some devices have few words to predict."""
    rng = np.random.default_rng(step)
    lengths = np.sort(rng.integers(4, LENGTH + 1, EXAMPLES))
    real = np.arange(LENGTH) < lengths[:, None]
    ids = np.where(real, rng.integers(5, 48, (EXAMPLES, LENGTH)), 0)
    ids[:, 0] = TOKENIZER.cls_id
    return {
        "input_ids": ids.astype(np.int32),
        "attention_mask": real.astype(np.int32),
        "token_type_ids": (real & (np.arange(LENGTH) > 5)).astype(np.int32),
        "next_sentence_label": rng.integers(0, 2, EXAMPLES).astype(np.int32),
    }


def bytes_on_one_device(state: Any) -> int:
    return sum(leaf.addressable_shards[0].data.nbytes for leaf in jax.tree.leaves(state))


def start(trainable: Trainable | None = None) -> tuple[Any, Any, TrainState]:
    """The objective, the optimizer and the state before the first step."""
    graph, parameters = nnx.split(BertForPreTraining(CONFIG, rngs=nnx.Rngs(0), dtype=DTYPE))
    optimizer = make_optimizer(OptimizerConfig(learning_rate=3e-3), STEPS)
    state = init_state(nnx.to_pure_dict(parameters), optimizer, trainable=trainable)
    return PretrainingObjective(graph, TOKENIZER), optimizer, state


def train(
    state: TrainState | None = None,
    steps: int = STEPS,
    mesh: str | None = None,
    pmap: bool = False,
    microbatches: int = 1,
    trainable: Trainable | None = None,
) -> Any:
    """The losses, the last state and the bytes of the placed state."""
    objective, optimizer, beginning = start(trainable)
    parallelism = choose_parallelism(mesh, pmap) if mesh or pmap else OneDevice()
    step = make_step(
        objective,
        optimizer,
        axis=parallelism.axis,
        microbatches=microbatches,
        trainable=trainable,
    )
    state = beginning if state is None else state
    bytes_held = bytes_on_one_device(parallelism.place_state(state))
    losses = []

    def ours(number: int) -> dict[str, np.ndarray]:
        rows = np.array(parallelism.rows(EXAMPLES))
        return {name: values[rows] for name, values in make_batch(number).items()}

    for report in run_steps(step, state, ours, steps, jax.random.key(0), 1, parallelism):
        losses.append(report.metrics["loss"])
        state = report.state
    return losses, state, bytes_held


def train_resumed(trainable: Trainable | None = None) -> Any:
    """Half of the steps on one mesh, saved, and the rest under `pmap`."""
    mesh = "data=2,fsdp=2,model=2"
    losses, state, bytes_held = train(steps=STEPS // 2, mesh=mesh, trainable=trainable)
    with TemporaryDirectory() as folder:
        save_state(Path(folder) / "state.safetensors", state)
        state = load_state(Path(folder) / "state.safetensors", start(trainable)[2])
    more, state, _ = train(state, pmap=True, trainable=trainable)
    return losses + more, state, bytes_held


def difference(one: Any, other: Any) -> float:
    """The largest, over all parameters, of a difference relative to the parameter's largest. The
    keys' biases are left out: their gradient is mere rounding, of which Adam makes full steps."""
    pairs = jax.tree.map(
        lambda a, b: float(np.abs(a - b).max() / (np.abs(a).max() or 1.0)), one, other
    )
    return max(
        value
        for path, value in jax.tree.leaves_with_path(pairs)
        if "['key']['bias']" not in jax.tree_util.keystr(path)
    )


def unchanged(parameters: Any) -> list[str]:
    """The names of the parameters whose bits are those before the first step."""
    same = jax.tree.map(lambda a, b: (a == np.asarray(b)).all(), parameters, start()[2].parameters)
    return [parameter_name(path) for path, equal in jax.tree.leaves_with_path(same) if equal]


if __name__ == "__main__":
    if PROCESSES > 1:
        jax.distributed.initialize(ADDRESS, PROCESSES, PROCESS)
    results, reference = {}, None
    for name in sys.argv[5:]:
        if name.endswith("resumed"):
            losses, state, bytes_held = train_resumed(is_trained if name != "resumed" else None)
        else:
            losses, state, bytes_held = train(**VARIANTS[name])
        parameters = jax.device_get(gathered(state.parameters))
        reference = reference or parameters
        results[name] = {
            "losses": losses,
            "difference": difference(reference, parameters),
            "bytes": bytes_held,
            "unchanged": unchanged(parameters),
        }
    print(json.dumps(results))
