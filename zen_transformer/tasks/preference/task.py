"""A GPT learns from choices, by direct preference optimization (Rafailov et al. 2023): what it
writes to held-out prompts is scored before and after."""

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from zen_transformer.checkpoints.files import fingerprint
from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.pipes import stored
from zen_transformer.data.preferences import (
    PreferenceRecord,
    check_tokenizer,
    decisive,
    read_preferences,
)
from zen_transformer.evaluation.best_of_n import Estimate, mean_and_error, score_figures
from zen_transformer.evaluation.ranking import Scorer
from zen_transformer.evaluation.reward_model import RewardModel
from zen_transformer.evaluation.scoring import make_scorer
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.inference.completions import complete, draw_prompts
from zen_transformer.inference.folders import model_folder
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.metric import Baseline, Metric
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.printing import print
from zen_transformer.report.preferences import plot_preferences
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Picture, Section
from zen_transformer.runs.card import Card, source_name
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.tasks.causal_lm.task import writer_card
from zen_transformer.tasks.preference.job import PreferenceJob, split_choices, token_pairs
from zen_transformer.tasks.preference.settings import PreferenceSettings
from zen_transformer.tasks.task import Inputs, Loaded, Question, Task, metrics_table
from zen_transformer.tokenizers.base import Tokenizer


class Completions(NamedTuple):
    """Prompts, and several completions of each, without it."""

    prompts: list[str]
    completions: list[list[str]]

    @property
    def texts(self) -> list[list[str]]:
        """The completions with their prompts before them."""
        pairs = zip(self.prompts, self.completions, strict=True)
        return [[prompt + text for text in completions] for prompt, completions in pairs]


class PreferenceData(NamedTuple):
    """The model as it was, and what it learns from and is measured by."""

    model: GPTForCausalLM
    tokenizer: Tokenizer
    train: list[PreferenceRecord]
    held_out: list[PreferenceRecord]
    windows: TextWindows
    prompts: list[str]
    scorer: Scorer


class Preference(Task):
    """A GPT learns which of two texts is preferred."""

    settings_class = PreferenceSettings
    title = "which of two texts is preferred, by a GPT"
    starts_from = GPTForCausalLM
    folder = "gpt-preferred"
    examples = (
        "zen-transformer prefer --choices runs/choices.jsonl --model runs/gpt",
        "zen-transformer prefer --choices runs/eight.jsonl --by form --form.syllables 8",
    )
    stage = "preference"
    options = ""
    stages = ("preference",)
    question = Question("generate", "And")
    exported = "my-gpt"

    settings: PreferenceSettings

    def __init__(self, settings: PreferenceSettings, inputs: Inputs = Inputs()):
        assert inputs.model is not None, "preference tuning starts from a model"
        self.model = inputs.model
        self.corpus = find_training_corpus(self.model, settings.corpus, settings.corpus_held_out)
        names, held_out = self.corpus
        settings = dataclasses.replace(settings, corpus=names, corpus_held_out=held_out)
        super().__init__(settings, inputs)

    def load(self) -> Loaded:
        settings = self.settings
        model, tokenizer = load_gpt(self.model)
        path = stored(Path(settings.choices))
        choices = read_preferences(path)
        check_tokenizer(choices, tokenizer.fingerprint, path)
        train, held_out = split_choices(decisive(choices), settings.tuning.held_out)
        documents = self.corpus.load()
        scorer = make_scorer(
            settings.by, settings.form, model, tokenizer, lambda: documents.train, train
        )
        if isinstance(scorer, RewardModel):
            print(
                f"a reward model trained on {len(train)} choices agrees with "
                f"{scorer.agreement(held_out):.0%} of the {len(held_out)} that are held out; it "
                f"likes {scorer.in_words()}"
            )
        prompts = draw_prompts(
            documents.held_out,
            settings.writing.words,
            settings.measuring.prompts,
            settings.seed,
            {one.prompt for one in choices},
        )
        windows = TextWindows.from_documents(documents.held_out, tokenizer)
        made_from = {
            "model": fingerprint(model_folder(self.model, "model")),
            "choices": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        prepared = PreferenceData(model, tokenizer, train, held_out, windows, prompts, scorer)
        return Loaded(prepared, made_from)

    def build(self, prepared: PreferenceData) -> PreferenceJob:
        self.prepared, settings = prepared, self.settings
        job = PreferenceJob(
            load_gpt(self.model)[0],
            settings.tuning,
            settings.seed,
            token_pairs(prepared.train, prepared.tokenizer),
            token_pairs(prepared.held_out, prepared.tokenizer),
            prepared.windows,
        )
        parameters = job.parameters()
        self.before = self._measure(self._complete(job.network), job, parameters)
        windows = job.measure_on_the_way(parameters, 0)["lm_loss"]
        self.before["perplexity_of_windows"] = math.exp(windows)  # beside the lines of the metrics
        return job

    def evaluate(self, job: Job, parameters: Any) -> list[Metric]:
        assert isinstance(job, PreferenceJob)
        completed = self._complete(job.network)
        self.after = self._measure(completed, job, parameters)
        self.after["divergence"] = divergence(
            completed, job.network, self.prepared.model, self.prepared.tokenizer
        )
        return metrics_of(self.before, self.after, self.settings.by == "form")

    def _complete(self, network: GPTForCausalLM) -> Completions:
        """What the network as it is now writes to the prompts."""
        settings, tokenizer, prompts = self.settings, self.prepared.tokenizer, self.prepared.prompts
        samples = settings.measuring.samples
        rows = [prompt for prompt in prompts for _ in range(samples)]
        generator = Generator(network, [tokenizer.eos_id], pieces=tokenizer.vocab_size)
        texts = complete(generator, tokenizer, rows, settings.writing, settings.seed)
        groups = [texts[at : at + samples] for at in range(0, len(texts), samples)]
        return Completions(list(prompts), groups)

    def _measure(
        self, completed: Completions, job: PreferenceJob, parameters: Any
    ) -> dict[str, Any]:
        """What the texts score, and the perplexity of held-out documents."""
        texts = [text for group in completed.texts for text in group]
        scores = np.array(self.prepared.scorer(texts)).reshape(len(completed.prompts), -1)
        return (
            score_figures(scores)
            | {"perplexity": job.perplexity(parameters)}
            | job.in_order(parameters)
            | {"examples": [group[0] for group in completed.texts[:8]]}
        )

    def illustrate(self, run: RunFolder, job: Job, metrics: Sequence[Metric]) -> None:
        tokenizer = self.prepared.tokenizer
        tokenizer.limit_length(self.prepared.model.config.max_position_embeddings)
        tokenizer.save_pretrained(run.model)
        plot_preferences(run.rows(self.stage), self.before, self.after, run.plots)

    def summarize(self, job: Job, metrics: Sequence[Metric]) -> dict[str, Any]:
        return {"before": self.before, "after": self.after}

    # Of a run's files

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        if "after" not in run.summary:
            return []
        by_form = run.config.get("by") == "form"
        return metrics_of(run.summary["before"], run.summary["after"], by_form)

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        metrics = cls.metrics(run)
        caption = "what learning from choices won, how far it went for it, and what it cost"
        content = [metrics_table(metrics), Picture("preferences", caption, wide=True)]
        return [Section("Learning from choices", content if metrics else [], "A finished training")]

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        sources = parse_mix(run.config["corpus"])[0]
        return writer_card(
            run,
            config="tuning",
            what="A GPT that learnt from choices between its texts (Rafailov et al. 2023)",
            origin="fine-tuned",
            pipeline="text-generation",
            auto_class="AutoModelForCausalLM",
            command="generate",
            sources=sources,
            metrics=cls.metrics(run),
            measured_on=f"held-out documents of {', '.join(map(source_name, sources))}",
        )


def metrics_of(before: dict[str, Any], after: dict[str, Any], by_form: bool) -> list[Metric]:
    """The metrics of a preference tuning, beside the model as it was.

    Args:
        before, after: what was measured of both models.
        by_form: whether the texts were scored by how nearly they keep a form.
    """
    most, best = max(before["best_of"].items(), key=lambda item: int(item[0]))
    score = Metric(
        name="score",
        title="mean score of a text",
        value=after["score"]["mean"],
        better="higher",
        baselines=(
            Baseline("", "before", before["score"]["mean"]),
            Baseline("", f"best of {most} before", best["mean"]),
        ),
        headline=True,
    )
    full = Metric(
        name="full",
        title="texts that keep the form",
        value=after["full"]["mean"],
        better="higher",
        baselines=(Baseline("", "before", before["full"]["mean"]),),
        unit="%",
        headline=True,
    )
    return [
        score,
        *([full] if by_form else []),
        Metric(
            name="perplexity",
            title="perplexity of held-out documents",
            value=after["perplexity"],
            better="lower",
            baselines=(Baseline("", "before", before["perplexity"]),),
            digits=2,
        ),
        Metric(
            name="in_order",
            title="held-out choices in order",
            value=after["in_order"],
            better="higher",
            unit="%",
        ),
        Metric(
            name="divergence",
            title="distance from the model before",
            value=after["divergence"]["mean"],
            unit="nats",
            digits=2,
        ),
    ]


def divergence(
    completed: Completions, after: GPTForCausalLM, before: GPTForCausalLM, tokenizer: Tokenizer
) -> Estimate:
    """Estimate KL(after ‖ before) of a completion, in nats, from those that `after` drew: the mean
    of log π_after − log π_before. It is an estimate only where the logits were not processed."""
    read, rows = tokenizer.text_ids, []
    for prompt, completions in zip(completed.prompts, completed.completions, strict=True):
        rows += [(len(read(prompt)), read(prompt) + read(text)) for text in completions]
    ids = [text for _, text in rows]
    both = (token_nll(model, ids) for model in (before, after))
    gained = [
        float((old - new)[start - 1 :].sum())
        for (start, _), old, new in zip(rows, *both, strict=True)
    ]
    return mean_and_error(np.array(gained).reshape(len(completed.prompts), -1).mean(axis=1))
