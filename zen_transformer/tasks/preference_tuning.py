"""A GPT learns from choices: what it writes to held-out prompts is scored before and after."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from zen_transformer.evaluation.ranking import Scorer
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.inference.completions import complete
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.report.preferences import plot_preferences
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import STAGE as TRAINING
from zen_transformer.runs.trainer import Trainer
from zen_transformer.tasks.preference_figures import figures, mean_and_error
from zen_transformer.tasks.preference_job import PreferenceJob
from zen_transformer.tasks.preference_settings import PreferenceSettings
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads

STAGE = "preference"


class Written(NamedTuple):
    """Prompts, and the texts to each, without them."""

    prompts: list[str]
    texts: list[list[str]]

    @property
    def wholes(self) -> list[list[str]]:
        """The texts with their prompts before them."""
        return [[p + text for text in own] for p, own in zip(self.prompts, self.texts, strict=True)]


def write_to(
    prompts: Sequence[str],
    network: GPTForCausalLM,
    tokenizer: Tokenizer,
    settings: PreferenceSettings,
) -> Written:
    """What the network as it is now writes to the prompts."""
    samples = settings.measuring.samples
    rows = [prompt for prompt in prompts for _ in range(samples)]
    generator = Generator(network, [tokenizer.eos_id])
    found = complete(generator, tokenizer, rows, settings.writing, settings.seed)
    texts = [found[at : at + samples] for at in range(0, len(found), samples)]
    return Written(list(prompts), texts)


def measured(
    written: Written, scorer: Scorer, job: PreferenceJob, parameters: Any
) -> dict[str, Any]:
    """What the texts score, and the perplexity of held-out documents."""
    flat = [text for own in written.wholes for text in own]
    scores = np.array(scorer(flat)).reshape(len(written.prompts), -1)
    examples = [own[0] for own in written.wholes[:8]]
    perplexity = {"perplexity": job.perplexity(parameters)}
    return figures(scores) | perplexity | job.in_order(parameters) | {"examples": examples}


def divergence(
    written: Written, after: GPTForCausalLM, before: GPTForCausalLM, tokenizer: Tokenizer
) -> dict[str, float]:
    """KL(after ‖ before) of a text, in nats, by the texts that `after` wrote: the mean of
    log π_after − log π_before. It is that where nothing was done to the logits; else, like it."""
    read, asked = tokenizer.text_ids, []
    for prompt, own in zip(written.prompts, written.texts, strict=True):
        asked += [(len(read(prompt)), read(prompt) + read(text)) for text in own]
    ids = [text for _, text in asked]
    both = (token_nll(model, ids) for model in (before, after))
    gained = [
        float((old - new)[start - 1 :].sum())
        for (start, _), old, new in zip(asked, *both, strict=True)
    ]
    return mean_and_error(np.array(gained).reshape(len(written.prompts), -1).mean(axis=1))


def check_preference_devices(parallelism: Parallelism, job: PreferenceJob) -> None:
    """Whether the devices can share heads and batches evenly.

    Raises:
        UserError: they cannot.
    """
    check_heads(parallelism, job.network.config.n_head)
    check_divides(job.pairs, parallelism.shares, job.config.microbatches)


def preference_stage(
    run: RunFolder,
    settings: PreferenceSettings,
    before: GPTForCausalLM,
    tokenizer: Tokenizer,
    job: PreferenceJob,
    prompts: Sequence[str],
    scorer: Scorer,
    parallelism: Parallelism,
    execution: ExecutionConfig = ExecutionConfig(),
) -> dict[str, Any]:
    """Train, from the newest checkpoint on, and measure before and after; write metrics, the plot,
    the model and the summary, and give the latter."""
    if STAGE in run.stages():
        return run.read_json("summary.json")
    network, trainer = job.network, Trainer(job, settings.tuning, settings.seed, parallelism)
    written = write_to(prompts, network, tokenizer, settings)
    first = measured(written, scorer, job, trainer.parameters())
    windows = job.measure_on_the_way(trainer.parameters(), 0)["lm_loss"]
    first["perplexity_of_windows"] = math.exp(windows)  # what the metrics' lines compare with
    trainer.train(run, execution)
    if not is_first():
        return {}
    written = write_to(prompts, network, tokenizer, settings)
    last = measured(written, scorer, job, trainer.parameters())
    last["divergence"] = divergence(written, network, before, tokenizer)
    network.save_pretrained(run.model)
    tokenizer.save_pretrained(run.model)
    rows = run.rows(TRAINING)
    plot_preferences(rows, first, last, run.plots)
    summary = {"before": first, "after": last} | trainer.facts(rows)
    run.write_json("summary.json", summary)
    run.finish(STAGE, rows[-1]["seconds"])
    print(in_words(settings, first, last))
    return summary


def in_words(settings: PreferenceSettings, before: dict[str, Any], after: dict[str, Any]) -> str:
    """The figures, a line each."""
    measuring = settings.measuring
    best = ", ".join(f"{n}: {found['mean']:.3f}" for n, found in before["best_of"].items())
    lines = [
        f"on {measuring.prompts} held-out prompts, {measuring.samples} texts to each, scored by "
        f"{settings.by}:",
        f"  before  {_row(settings, before)}",
        f"  after   {_row(settings, after)}",
        f"  the best of n texts before, by n: {best}",
        f"  a text after is {after['divergence']['mean']:.2f} nats from the model before; "
        f"{after['in_order']:.0%} of the held-out choices are in order",
    ]
    return "\n".join(lines)


def _row(settings: PreferenceSettings, found: dict[str, Any]) -> str:
    score, full = found["score"], found["full"]
    kept = f", {full['mean']:.1%} ± {full['error']:.1%} of the texts in form"
    return (
        f"score {score['mean']:.3f} ± {score['error']:.3f}{kept if settings.by == 'form' else ''}; "
        f"perplexity of held-out documents {found['perplexity']:.2f}"
    )
