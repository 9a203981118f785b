"""HuggingFace's GPT-2 of the same size on the same batches as a run of `pretrain --task causal-lm`.

    python -m benchmarks.gpt2_same_batches runs/gpt

Same vocabulary, shape, batches, optimizer, schedule and dropout; its own initial weights and random
numbers. Some three quarters of an hour on one CPU core. The figures go to
benchmarks/gpt2_same_batches.json, beside those of the run. Speed is measured elsewhere (run.py).
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
from zen_transformer.presets.loading import settings_from
from zen_transformer.runs.console import machine
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.gpt_job import GPTJob
from zen_transformer.tasks.gpt_settings import GPTSettings
from zen_transformer.tasks.text import read_corpus_with_progress, tokens_stage
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.training.optimizer import learning_rate_schedule

FIGURES = ("lm_loss", "perplexity", "lm_accuracy", "parameters")
RESULT = Path(__file__).with_suffix(".json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path, help="a finished run's folder")
    parser.add_argument("--steps", type=int, help="only so many, to try it")
    given = parser.parse_args()
    run = RunFolder(given.run)
    settings, summary = settings_from(run.config), run.read_json("summary.json")
    assert isinstance(settings, GPTSettings), f"{given.run} is no run of a GPT"
    job = job_of(run, settings)
    torch.manual_seed(settings.seed)
    model = transformers.GPT2LMHeadModel(
        transformers.GPT2Config.from_pretrained(run.model, attn_implementation="sdpa")
    )
    train(model, job, settings, given.steps or settings.pretraining.steps)
    loss, right = evaluated(model, job)
    found = {
        "theirs": {
            "lm_loss": loss,
            "perplexity": math.exp(loss),
            "lm_accuracy": right,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        },
        "ours": {name: summary[name] for name in FIGURES},
        "trigram_perplexity": math.exp(summary["trigram_loss"]),
        "steps": given.steps or settings.pretraining.steps,
        "machine": machine() | {"torch": torch.__version__.partition("+")[0]},
    }
    print(json.dumps(found, indent=1))
    if given.steps is None:
        write_text(RESULT, json.dumps(found, indent=1) + "\n")


def job_of(run: RunFolder, settings: GPTSettings) -> GPTJob:
    """The batches and held-out texts of the run."""
    tokenizer = ByteLevelBPETokenizer.from_pretrained(run.model)
    corpus = read_corpus_with_progress(settings.corpus, settings.pretraining.held_out)
    train, held_out = tokens_stage(run, corpus, tokenizer, split_lines)
    network = GPTForCausalLM(GPTForCausalLM.from_pretrained(run.model).config, rngs=nnx.Rngs(0))
    return GPTJob(network, settings, tokenizer.eos_id, train, held_out)


def train(model: Any, job: GPTJob, settings: GPTSettings, steps: int) -> None:
    """AdamW as `training/optimizer.py` has it, with torch."""
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
        logits, labels = asked(model, batch)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        optimizer.step()


def asked(model: Any, batch: dict[str, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits and labels of the places that are asked for."""
    labels = torch.tensor(batch["labels"]).long()
    # Padding stands at the right, where no token that is asked for sees it: no mask is needed.
    logits = model(torch.tensor(batch["input_ids"]).long()).logits
    return logits[labels >= 0], labels[labels >= 0]


@torch.no_grad()
def evaluated(model: Any, job: GPTJob) -> tuple[float, float]:
    """Loss and accuracy over every token of the held-out documents."""
    model.eval()
    batches: Iterable[dict[str, np.ndarray]] = job.held_out.whole(
        job.config.length, job.config.rows
    )
    total, right, count = 0.0, 0, 0
    for batch in batches:
        logits, labels = asked(model, batch)
        total += float(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"))
        right += int((logits.argmax(-1) == labels).sum())
        count += len(labels)
    return total / count, right / count


if __name__ == "__main__":
    main()
