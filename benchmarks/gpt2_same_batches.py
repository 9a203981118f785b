"""Train HuggingFace's GPT-2 on the batches of a run of `pretrain --task causal-lm`.

    python -m benchmarks.gpt2_same_batches runs/gpt

Vocabulary, model size, batches, optimizer, schedule and dropout are the same; initial weights and
random numbers differ. Takes about 45 minutes on one CPU core. The metrics of both are written to
benchmarks/gpt2_same_batches.json. For speed see run.py.
"""

import argparse
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from flax import nnx
from tqdm import tqdm

from zen_transformer.data.documents import split_lines
from zen_transformer.files import write_text
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.runs.console import machine
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.causal_lm.job import GPTJob
from zen_transformer.tasks.causal_lm.settings import GPTSettings
from zen_transformer.tasks.corpus_text import read_corpus_with_progress, tokens_stage
from zen_transformer.tasks.registry import settings_of_run
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.training.optimizer import learning_rate_schedule

FIGURES = ("lm_loss", "perplexity", "lm_accuracy", "parameters")
RESULT = Path(__file__).with_suffix(".json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path, help="a finished run's folder")
    parser.add_argument("--steps", type=int, help="number of steps, for a trial without a result")
    options = parser.parse_args()
    run = RunFolder(options.run)
    settings = settings_of_run(options.run, GPTSettings)
    summary = run.read_json("summary.json")
    job = job_of(run, settings)
    torch.manual_seed(settings.seed)
    model = transformers.GPT2LMHeadModel(
        transformers.GPT2Config.from_pretrained(run.model, attn_implementation="sdpa")
    )
    train(model, job, settings, options.steps or settings.pretraining.steps)
    loss, right = evaluate(model, job)
    results = {
        "theirs": {
            "lm_loss": loss,
            "perplexity": math.exp(loss),
            "lm_accuracy": right,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        },
        "ours": {name: summary[name] for name in FIGURES},
        "trigram_perplexity": math.exp(summary["trigram_loss"]),
        "steps": options.steps or settings.pretraining.steps,
        "machine": machine() | {"torch": torch.__version__.partition("+")[0]},
    }
    print(json.dumps(results, indent=1))
    if options.steps is None:
        write_text(RESULT, json.dumps(results, indent=1) + "\n")


def job_of(run: RunFolder, settings: GPTSettings) -> GPTJob:
    """Restore the batches and held-out texts of the run."""
    tokenizer = ByteLevelBPETokenizer.from_pretrained(run.model)
    corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
    train, held_out = tokens_stage(run, corpus, tokenizer, split_lines)
    network = GPTForCausalLM(GPTForCausalLM.from_pretrained(run.model).config, rngs=nnx.Rngs(0))
    return GPTJob(network, settings, tokenizer.eos_id, train, held_out)


def train(model: Any, job: GPTJob, settings: GPTSettings, steps: int) -> None:
    """Train with torch and the AdamW of `training/optimizer.py`."""
    config = settings.pretraining.optimizer
    schedule = learning_rate_schedule(config, settings.pretraining.steps)
    decays = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decays}, {"params": others, "weight_decay": 0.0}],
        betas=(config.beta1, config.beta2),
        eps=config.epsilon,
        weight_decay=config.weight_decay,
    )
    model.train()
    for step in tqdm(range(steps), desc="HuggingFace", unit="step", mininterval=30):
        for group in optimizer.param_groups:
            group["lr"] = float(schedule(step))
        batch = job.rows(step, range(job.examples(step)))
        logits, labels = logits_and_labels(model, batch)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        optimizer.step()


def logits_and_labels(
    model: Any, batch: dict[str, np.ndarray]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute logits and labels of the positions that have a label."""
    labels = torch.tensor(batch["labels"]).long()
    # Padding is at the right, where no earlier token attends to it: no mask is needed.
    logits = model(torch.tensor(batch["input_ids"]).long()).logits
    return logits[labels >= 0], labels[labels >= 0]


@torch.no_grad()
def evaluate(model: Any, job: GPTJob) -> tuple[float, float]:
    """Compute loss and accuracy over all tokens of the held-out documents."""
    model.eval()
    batches: Iterable[dict[str, np.ndarray]] = job.held_out.in_order(
        job.config.length, job.config.rows
    )
    total, right, count = 0.0, 0, 0
    for batch in batches:
        logits, labels = logits_and_labels(model, batch)
        total += float(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"))
        right += int((logits.argmax(-1) == labels).sum())
        count += len(labels)
    return total / count, right / count


if __name__ == "__main__":
    main()
