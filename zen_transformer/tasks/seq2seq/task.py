"""Training an encoder–decoder: one text from another, by pairs of texts."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from flax import nnx

from zen_transformer.data.parallel_text import SplitPairs, read_pairs, split_pairs
from zen_transformer.evaluation.answers import SCORES
from zen_transformer.inference.loading import load_generating
from zen_transformer.metric import Metric
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.flops import encoder_decoder_flops_per_token
from zen_transformer.objectives.causal_lm import CausalLMObjective
from zen_transformer.report.curves import Curve
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Picture, Section, Table
from zen_transformer.runs.card import Card, source_name
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.runs.memory import check_memory
from zen_transformer.tasks.causal_lm.job import with_perplexity
from zen_transformer.tasks.causal_lm.task import language_model_curves, metrics_of, writer_card
from zen_transformer.tasks.corpus_text import PretrainingTask
from zen_transformer.tasks.measuring import measure_batches
from zen_transformer.tasks.seq2seq.answers import answer, draw_cross_attention, examples
from zen_transformer.tasks.seq2seq.job import Seq2SeqJob
from zen_transformer.tasks.seq2seq.settings import Seq2SeqSettings
from zen_transformer.tasks.seq2seq.text import as_tokens, pair_tokens_stage, train_tokenizer
from zen_transformer.tasks.task import Inputs, Loaded, Question, training_section
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.tokenizers.characters import CharacterTokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads

TOKENIZERS: dict[str, type[Tokenizer]] = {
    "bpe": ByteLevelBPETokenizer,
    "characters": CharacterTokenizer,
}
CORPORA = {"bible": ("kjv", "web"), "xiehouyu": ("xiehouyu",)}
"""The texts behind built-in pairs."""
BLIND = ", without a look at the source"
"""What has to be said of the n-grams."""


class Seq2Seq(PretrainingTask):
    """An encoder–decoder learns from pairs of texts (Vaswani et al. 2017)."""

    settings_class = Seq2SeqSettings
    title = "one text from another, by an encoder–decoder"
    preset = "translation"
    examples = (
        "zen-transformer pretrain --task seq2seq",
        "zen-transformer pretrain --task seq2seq --preset xiehouyu",
        "zen-transformer pretrain --task seq2seq --output runs/own --pairs texts.tsv",
        "zen-transformer pretrain --task seq2seq --resume",
    )
    question = Question("translate", "And it came to pass", "pairs", "source")
    measures = ("marian", "bart", "zen-encoder-decoder")
    exported = "my-translator"

    settings: Seq2SeqSettings

    def __init__(self, settings: Seq2SeqSettings, inputs: Inputs = Inputs()):
        super().__init__(settings, inputs)
        self.scores = SCORES[settings.scores]

    @property
    def tokenizer_class(self) -> type[Tokenizer]:
        return TOKENIZERS[self.settings.tokenizer.kind]

    def check(self, parallelism: Parallelism) -> None:
        self.scores.check()
        model, config = self.settings.model, self.settings.pretraining
        for heads in (model.encoder_attention_heads, model.decoder_attention_heads):
            check_heads(parallelism, heads)
        check_memory(
            [model.encoder, model.decoder], model.max_position_embeddings, config.tokens_at_once
        )
        for bucket in config.buckets:
            check_divides(bucket.rows, parallelism.batch_shards, config.microbatches)

    def load(self) -> Loaded:
        split = split_pairs(self.settings.pairs, self.settings.pretraining.held_out)
        return Loaded(split, self.made_from(split.fingerprint))

    def prepare(self, run: RunFolder, data: SplitPairs) -> Any:
        tokenizer = self.learn_vocabulary(run, lambda: train_tokenizer(data.train, self.settings))
        return tokenizer, data, *pair_tokens_stage(run, data, tokenizer, self.settings)

    def build(self, prepared: Any) -> Seq2SeqJob:
        self.tokenizer, self.split, train, held_out = prepared
        config = dataclasses.replace(
            self.settings.model,
            vocab_size=self.tokenizer.vocab_size,
            pad_token_id=self.tokenizer.pad_id,
            bos_token_id=self.tokenizer.bos_id,
            eos_token_id=self.tokenizer.eos_id,
            decoder_start_token_id=self.tokenizer.bos_id,
        )
        network = EncoderDecoderForConditionalGeneration(
            config, rngs=nnx.Rngs(self.settings.seed), dtype=self.settings.pretraining.dtype
        )
        return Seq2SeqJob(network, self.settings, train, held_out)

    def evaluate(self, job: Job, parameters: Any) -> list[Metric]:
        assert isinstance(job, Seq2SeqJob)
        values = job.measure_all(parameters) | job.ngram_losses()
        self.answered = answer(job.network, self.tokenizer, self.split, self.settings)
        scores = self.scores.measure(self.answered, self.split.train)
        return [*metrics_of(values, BLIND), *self.scores.describe(scores)]

    @classmethod
    def flops(cls, settings: Seq2SeqSettings) -> float:
        """As if each bucket were drawn as often: how often it is depends on the pairs."""
        shape, buckets = settings.model, settings.pretraining.buckets
        of_buckets = [
            3
            * one.rows
            * one.source
            * encoder_decoder_flops_per_token(shape, one.source, one.target)
            for one in buckets
        ]
        return settings.pretraining.steps * sum(of_buckets) / len(buckets)

    def measure_model(self, texts: str | None) -> list[Metric]:
        self.scores.check()
        folder, config = self.inputs.model, self.settings.pretraining
        assert folder is not None, "evaluate takes a model"
        network, tokenizer = load_generating(EncoderDecoderForConditionalGeneration, folder)
        split = SplitPairs([], [], "")
        if texts is None or self.scores.needs_training_pairs:
            split = split_pairs(self.settings.pairs, config.held_out)
        if texts is not None:
            split = dataclasses.replace(split, held_out=read_pairs(texts))
        pairs = as_tokens(split.held_out, tokenizer, self.settings, "held-out")
        objective = CausalLMObjective(nnx.graphdef(network))
        values = with_perplexity(measure_batches(network, objective, pairs.in_order()))
        answered = answer(network, tokenizer, split, self.settings)
        scores = self.scores.measure(answered, split.train)
        return [*metrics_of(values), *self.scores.describe(scores)]

    def illustrate(self, run: RunFolder, job: Job, metrics: Sequence[Metric]) -> None:
        super().illustrate(run, job, metrics)
        run.write_json("answers.json", examples(self.answered))
        path = run.plots / "cross_attention.png"
        draw_cross_attention(job.network, self.tokenizer, self.answered, path)

    def summarize(self, job: Job, metrics: Sequence[Metric]) -> dict[str, Any]:
        return super().summarize(job, metrics) | {"answers": len(self.answered.answers)}

    def curves(self, job: Job, metrics: Sequence[Metric]) -> list[Curve]:
        smoothed = self.settings.pretraining.smoothing > 0
        return language_model_curves(metrics, "lm_loss_unsmoothed" if smoothed else "")

    # Of a run's files

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        if "perplexity" not in run.summary:
            return []
        return [*metrics_of(run.summary, BLIND), *_described(run.summary)]

    @staticmethod
    def model_in_words(shape: dict[str, Any]) -> str:
        return (
            f"{shape['encoder_layers']} layers that read and {shape['decoder_layers']} that write, "
            f"{shape['d_model']} wide, {shape['decoder_attention_heads']} heads, vocabulary "
            f"{shape['vocab_size']:,}, {shape['max_position_embeddings']} positions"
        )

    @staticmethod
    def lengths_in_words(pretraining: dict[str, Any]) -> str:
        return f"in pairs of up to {', '.join(map(str, pretraining['lengths']))}"

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        text = (
            "One game: say which token comes next. The broken lines are what counting can do, "
            "which does not see the text that is read."
        )
        rows = [
            [entry["source"], entry["answer"], " / ".join(entry["references"])]
            for entry in run.answers.get("pairs", [])
        ]
        caption = "which words of one text those of the other came from"
        written = [
            "Held-out texts, in no order, and what became of them.",
            Table(["it read", "it wrote", "would have been right"], rows),
            Picture("cross_attention", caption, wide=True),
        ]
        return [
            training_section("Pretraining", run, cls.stage, cls.metrics(run), text),
            Section("What it writes", written if rows else [], missing="An answer"),
        ]

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        translates = run.config.get("scores", "translation") == "translation"
        sources = CORPORA.get(run.config["pairs"], (run.config["pairs"],))
        fraction = run.config["pretraining"]["held_out"]
        verb = "writes one text from another" if translates else "answers one text with another"
        return writer_card(
            run,
            what=f"An encoder–decoder, which {verb} (Vaswani et al. 2017)",
            pipeline="translation" if translates else "text2text-generation",
            auto_class="AutoModelForSeq2SeqLM",
            command="translate",
            sources=sources,
            metrics=cls.metrics(run),
            measured_on=f"held-out documents ({fraction:.0%}) of "
            f"{', '.join(map(source_name, sources))}",
        )


def _described(values: Mapping[str, Any]) -> list[Metric]:
    """The scores that are among the values."""
    kind = "translation" if "chrf" in values else "answers"
    return SCORES[kind].describe(values)
