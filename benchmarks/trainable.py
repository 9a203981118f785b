"""Memory and time of fine-tuning BERT-base, for all parameters and for the classifier alone.

    python -m benchmarks.trainable

Measures each in a separate process: the bytes of the optimizer's state, the peak memory of the
process, and the seconds of a step. Eight sequences of 128 tokens, float32, random weights.
"""

import json
import statistics
import subprocess
import sys
import time

import jax
import numpy as np
from flax import nnx

from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.objectives.classification import ClassificationObjective
from zen_transformer.runs.console import machine
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.parallelism import OneDevice
from zen_transformer.training.step import Trainable, init_state, make_step
from zen_transformer.training.throughput import peak_gigabytes

PREDICATES: dict[str, Trainable | None] = {
    "all": None,
    "classifier": lambda name: name.startswith("classifier/"),
}


def measure(trained: str) -> dict[str, float]:
    """Fine-tune the parameters that a predicate selects for a few steps."""
    trainable = PREDICATES[trained]
    model = BertForSequenceClassification(BertConfig(num_labels=2), rngs=nnx.Rngs(0))
    graph, parameters = nnx.split(model)
    del model
    optimizer = make_optimizer(OptimizerConfig(), 1000)
    state = init_state(nnx.to_pure_dict(parameters), optimizer, trainable=trainable)
    del parameters
    step = make_step(ClassificationObjective(graph), optimizer, trainable=trainable)
    compiled = OneDevice().compile(step)
    ids = np.random.default_rng(0).integers(1000, 30000, (8, 128)).astype(np.int32)
    batch = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
        "label": np.arange(8, dtype=np.int32) % 2,
        "weight": np.ones(8, np.float32),
    }
    optimizer_bytes = sum(leaf.nbytes for leaf in jax.tree.leaves(state.optimizer_state))
    times = []
    for _ in range(6):
        start = time.perf_counter()
        state, metrics = compiled(state, batch, jax.random.key(0))
        jax.block_until_ready(metrics)
        times.append(time.perf_counter() - start)
    return {
        "optimizer_megabytes": optimizer_bytes / 1e6,
        "seconds": statistics.median(times[1:]),  # the first compiles
        "peak_gigabytes": peak_gigabytes() or float("nan"),
    }


def main() -> None:
    """Measure both and print a table."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    print(machine())
    print("| trained | optimizer's state | most memory | a step |\n|---|---|---|---|")
    for trained in PREDICATES:
        command = [sys.executable, "-m", "benchmarks.trainable", trained]
        measured = json.loads(subprocess.check_output(command, text=True).splitlines()[-1])
        print(
            f"| {trained} | {measured['optimizer_megabytes']:,.2f} MB "
            f"| {measured['peak_gigabytes']:.2f} GB | {measured['seconds']:.2f} s |"
        )


if __name__ == "__main__":
    main()
